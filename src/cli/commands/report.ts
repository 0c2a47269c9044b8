import type { ReportTrace } from '../../report/report-data.ts';
import { print, printJson } from '../output.ts';
import { assertWritable, writeOutput } from '../output-file.ts';
import { VERSION } from '../version.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags {
  readonly output: string;
  readonly junit?: string;
  readonly github?: boolean;
  readonly json?: boolean;
}

export const report: CommandPlug = (program) => {
  program
    .command('report <folder...>')
    .summary('make a page of what --trace has left')
    .description(
      'Make one page of traces, that a person can scrub through: screens, keys, waits, errors. It needs nothing else, no network either. A folder may also hold traces, one a folder.',
    )
    .option('-o, --output <file>', 'the page, HTML', 'report.html')
    .option('--junit <file>', 'write JUnit XML, too: a test case for each trace')
    .option('--github', 'annotate failures for GitHub Actions (default: where GITHUB_ACTIONS is true)')
    .option('--no-github', 'never annotate')
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Examples:
  rfbctl wait 192.0.2.7:1 --text login: --trace boot; rfbctl report boot
  rfbctl report evidence -o evidence.html --junit evidence.xml`,
    )
    .action(async (folders: string[], flags: Flags) => {
      await assertWritable(flags.output);
      if (flags.junit !== undefined) await assertWritable(flags.junit, '--junit');
      const { traces, page } = await makeReport(folders);
      await writeOutput(flags.output, Buffer.from(page));
      const { junitXml, testCaseOf } = await import('../../report/junit.ts');
      const cases = traces.map(testCaseOf);
      if (flags.junit !== undefined)
        await writeOutput(flags.junit, Buffer.from(junitXml('rfbctl report', cases)), '--junit');
      if (flags.github ?? process.env.GITHUB_ACTIONS === 'true') {
        const { githubError } = await import('../../report/github.ts');
        for (const each of cases) if (each.failure !== undefined) process.stderr.write(`${githubError(each)}\n`);
      }
      if (flags.json) {
        const list = traces.map(({ name, summary }) => ({ trace: name, ...summary }));
        await printJson({ file: flags.output, traces: list });
      } else if (flags.output !== '-') await print(describe(flags.output, traces));
    });
};

async function makeReport(folders: readonly string[]): Promise<{ traces: readonly ReportTrace[]; page: string }> {
  const { readPictures, readTrace, traceFolders } = await import('../../report/read-trace.ts');
  const { renderPage } = await import('../../report/render-page.ts');
  const found = (await Promise.all(folders.map(traceFolders))).flat();
  const traces: ReportTrace[] = [];
  const pictures: Record<string, string> = {};
  for (const folder of found) {
    const trace = await readTrace(folder);
    traces.push(trace);
    Object.assign(pictures, await readPictures(folder, trace));
  }
  return { traces, page: renderPage({ program: `rfbctl ${VERSION}`, traces, pictures }) };
}

function describe(file: string, traces: readonly ReportTrace[]): string {
  const bad = traces.filter(({ summary }) => summary.outcome !== 'done').length;
  const count = traces.length === 1 ? 'a trace' : `${traces.length} traces`;
  return `${file}: ${count}, ${bad === 0 ? 'all is well' : `${bad} failed`}`;
}
