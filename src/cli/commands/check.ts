import type { Check } from '../../automation/boot-command/index.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { describeDuration } from '../../rfb/session/deadline.ts';
import { badOption, parseCount, parseTimeout } from '../arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { print, printJson } from '../output.ts';
import { assertWritable, writeOutput } from '../output-file.ts';
import { ProgressLine } from '../progress-line.ts';
import type { CheckResult } from '../run-checks.ts';
import { addVariableOptions, type Definition, readText, scriptVariables, secretFrom } from '../script-options.ts';
import { addTextOptions, type TextFlags } from '../text-options.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends TextFlags {
  readonly jobs: number;
  readonly only?: readonly string[];
  readonly var?: readonly Definition[];
  readonly secretVar?: readonly Definition[];
  readonly timeout?: number;
  readonly trace?: string;
  readonly junit?: string;
  readonly github?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const DEFAULT_JOBS = 4;

export const check: CommandPlug = (program, { interrupted, succeedWith }) => {
  addTextOptions(
    addVariableOptions(
      program
        .command('check <file>')
        .summary('boot checks of many machines, from a file')
        .description(
          'Check many machines, several at a time: each is connected to, steps are done, what is expected is waited for. The file is YAML or JSON (docs/checks.md).',
        )
        .option('-j, --jobs <count>', 'so many at a time', parseCount(1), DEFAULT_JOBS)
        .option('--only <name>', 'this check alone, may be repeated', (name, before: string[] = []) => [
          ...before,
          name,
        ]),
      'the steps',
    ),
  )
    .option(
      '--timeout <duration>',
      'of checks that say nothing else (default: 60s and what their steps take)',
      parseTimeout,
    )
    .option('--trace <folder>', 'leave a record of each check, in a folder of its own')
    .option('--junit <file>', 'write JUnit XML, too')
    .option('--github', 'annotate failures for GitHub Actions (default: where GITHUB_ACTIONS is true)')
    .option('--no-github', 'never annotate')
    .option('--json', 'machine-readable output on stdout, errors too')
    .option('-q, --quiet', 'no progress')
    .addHelpText(
      'after',
      `
Examples:
  rfbctl check boot.yaml
  rfbctl check boot.yaml --jobs 8 --trace evidence --junit boot.xml || rfbctl report evidence

boot.yaml:
  checks:
    - name: web
      target: "@web"
      steps:
        - root<enter><wait-text "Password:">
        - type: "\${password}\\n"
      expect:
        - text: "/[#$] $/m"
      vars: { password: { env: WEB_PASSWORD } }`,
    )
    .action(async (file: string, flags: Flags) => {
      const checks = await readChecks(file, flags);
      if (flags.junit !== undefined) await assertWritable(flags.junit, '--junit');
      const progress = new Progress(!flags.json && !flags.quiet, checks.length);
      const { runChecks } = await import('../run-checks.ts');
      const options = { interrupted, jobs: flags.jobs, trace: flags.trace, timeoutMs: flags.timeout, text: flags };
      const results = await runChecks(checks, {
        ...options,
        onProgress: (each, doing) => progress.tell(each, doing),
      }).finally(() => progress.end());
      await report(file, results, flags);
      if (results.some(({ passed }) => !passed)) succeedWith(EXIT.action);
    });
};

async function readChecks(file: string, flags: Flags): Promise<readonly Check[]> {
  const { parseChecksDocument } = await import('../../automation/boot-command/index.ts');
  const checks = await parseChecksDocument(await readText('the checks', file), {
    name: file,
    variables: await scriptVariables(flags),
    readSecret: (source) => secretFrom('env' in source ? `env:${source.env}` : source.file),
  });
  const { only } = flags;
  const unknown = only?.find((name) => !checks.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw badOption(`--only ${unknown}: ${file} has ${checks.map(({ name }) => name).join(', ')}`);
  }
  return only ? checks.filter(({ name }) => only.includes(name)) : checks;
}

async function report(file: string, results: readonly CheckResult[], flags: Flags): Promise<void> {
  const { isBroken } = await import('../run-checks.ts');
  const { junitXml } = await import('../../report/junit.ts');
  const cases = results.map((result) => {
    const { check, error, milliseconds, trace } = result;
    const attachments = trace === undefined || !error ? {} : { attachments: [trace] };
    return {
      name: check.name,
      group: file,
      milliseconds,
      failure: error?.message,
      broken: isBroken(result),
      ...attachments,
    };
  });
  if (flags.junit !== undefined) await writeOutput(flags.junit, Buffer.from(junitXml(file, cases)), '--junit');
  if (flags.github ?? process.env.GITHUB_ACTIONS === 'true') {
    const { githubError } = await import('../../report/github.ts');
    for (const [i, each] of cases.entries()) {
      const line = results[i]?.check.place.line ?? 1;
      if (each.failure !== undefined) process.stderr.write(`${githubError(each, { file, line })}\n`);
    }
  }
  if (flags.json) await printJson(documentOf(results));
  else await print(tableOf(results));
}

function documentOf(results: readonly CheckResult[]) {
  const passed = results.filter((result) => result.passed).length;
  const checks = results.map(({ check, ...result }) => ({ name: check.name, target: check.target, ...result }));
  return { passed, failed: results.length - passed, checks };
}

function tableOf(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ check }) => check.name.length));
  const rows = results.map(({ check, passed, milliseconds, error }) => {
    const time = describeDuration(milliseconds).padStart(TIME_WIDTH);
    const why = error ? `  ${printable(error.message)}` : '';
    return `${passed ? 'passed' : 'failed'}  ${check.name.padEnd(width)}  ${time}${why}`;
  });
  const passed = results.filter((result) => result.passed).length;
  const failed = results.length - passed;
  const count = `${results.length} check${results.length === 1 ? '' : 's'}`;
  return [...rows, `${count}: ${failed === 0 ? 'all passed' : `${passed} passed, ${failed} failed`}`].join('\n');
}

const TIME_WIDTH = 7;

/** One line: how many are done, and what the others are at. */
class Progress {
  readonly #line: ProgressLine;
  readonly #total: number;
  readonly #doing = new Map<Check, string>();
  #done = 0;

  constructor(wanted: boolean, total: number) {
    this.#line = new ProgressLine(wanted);
    this.#total = total;
  }

  tell(check: Check, doing: string | undefined): void {
    if (doing === undefined) {
      this.#doing.delete(check);
      this.#done++;
    } else this.#doing.set(check, doing);
    const others = [...this.#doing].map(([{ name }, what]) => `${name}: ${what}`).join(' · ');
    this.#line.show(`${this.#done}/${this.#total} done${others === '' ? '' : ` · ${others}`}`);
  }

  end(): void {
    this.#line.clear();
  }
}
