import type { LintReport } from '../../automation/boot-command/index.ts';
import { describeDuration } from '../../rfb/session/deadline.ts';
import { EXIT } from '../exit-codes.ts';
import { print, printJson } from '../output.ts';
import {
  addScriptOptions,
  dialectOf,
  readScript,
  type ScriptFlags,
  scriptTiming,
  scriptVariables,
} from '../script-options.ts';
import { DEFAULT_TIMEOUT_MS } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ScriptFlags {
  readonly json?: boolean;
}

export const lint: CommandPlug = (program, { interrupted, succeedWith }) => {
  addScriptOptions(
    program
      .command('lint [script]')
      .summary('find what a boot command types by accident')
      .description(
        'Find what a boot command, or steps as YAML or JSON, would type by accident: tags that are none. Says how long it takes.',
      ),
  )
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Examples:
  rfbctl lint install.boot
  rfbctl lint -c '<Wait5>root<entr>'
  rfbctl lint --packer boot-command.json`,
    )
    .action(async (given: string | undefined, flags: Flags) => {
      const script = await readScript(given, flags, async () =>
        (await import('../input.ts')).stdinText('the script', {}, DEFAULT_TIMEOUT_MS, interrupted),
      );
      const { lintBootCommand, lintStepsDocument } = await import('../../automation/boot-command/index.ts');
      const { text, name, document } = script;
      const options = { name, variables: await scriptVariables(flags), ...scriptTiming(flags) };
      const report = document
        ? await lintStepsDocument(text, options)
        : lintBootCommand(text, { ...options, dialect: dialectOf(flags) });
      if (flags.json) await printJson(report);
      else for (const line of linesOf(report)) await print(line);
      if (report.findings.length > 0) succeedWith(EXIT.action);
    });
};

function* linesOf({ findings, estimate, variables }: LintReport): Generator<string> {
  for (const { place, message, suggestion } of findings) {
    const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
    yield `${place.file ?? 'script'}:${place.line}:${place.column}: ${message}${hint}`;
  }
  if (variables.length > 0) yield `variables: ${variables.join(', ')}`;
  if (!estimate) return;
  const { leastMs, mostMs, loops } = estimate;
  const most = loops ? 'no most: it may go round' : `${describeDuration(mostMs)} at most`;
  yield `takes ${describeDuration(leastMs)}${mostMs > leastMs || loops ? ` at least, ${most}` : ''}`;
}
