import type { ReportTrace } from './report-data.ts';

/** One case of a suite. */
export interface TestCase {
  readonly name: string;
  /** What it belongs to: a file, a folder. */
  readonly group: string;
  readonly milliseconds: number;
  /** One line; absent when it passed. */
  readonly failure?: string | undefined;
  /** Whether it is not the expectation that failed, but the way to it. */
  readonly broken?: boolean | undefined;
  /** Files with evidence. */
  readonly attachments?: readonly string[] | undefined;
}

/** A trace as a test case: failed when its command failed, broken when nobody knows how it ended. */
export function testCaseOf({ name, summary }: ReportTrace): TestCase {
  const { outcome, task, target, milliseconds, message } = summary;
  const failure = outcome === 'failed' ? (message ?? 'failed') : 'cut off: the trace has no end';
  return {
    ...{ name: [target, task].filter(Boolean).join(': ') || name, group: name, milliseconds },
    ...(outcome !== 'done' && { failure, broken: outcome === 'cutOff', attachments: [name] }),
  };
}

/** JUnit XML as Jenkins, GitLab and GitHub's actions read it. */
export function junitXml(suite: string, cases: readonly TestCase[]): string {
  const failures = cases.filter(({ failure, broken }) => failure !== undefined && !broken).length;
  const errors = cases.filter(({ broken }) => broken).length;
  const ms = cases.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" time="${seconds(ms)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="rfbctl" ${counts}>
  <testsuite name="${escapeXml(suite)}" ${counts}>
${cases.map(caseXml).join('\n')}
  </testsuite>
</testsuites>
`;
}

function caseXml({ name, group, milliseconds, failure, broken, attachments = [] }: TestCase): string {
  const head = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(group)}" time="${seconds(milliseconds)}"`;
  if (failure === undefined) return `${head}/>`;
  const tag = broken ? 'error' : 'failure';
  const files = attachments.map((file) => `[[ATTACHMENT|${escapeXml(file)}]]`).join('\n');
  const output = files === '' ? '' : `\n      <system-out>${files}</system-out>`;
  return `${head}>
      <${tag} message="${escapeXml(failure)}">${escapeXml(failure)}</${tag}>${output}
    </testcase>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** XML 1.0 has no way to write most control characters. */
function escapeXml(text: string): string {
  const possible = text.replace(/[\p{Cc}\p{Surrogate}\ufffe\uffff]/gu, (c) => ('\t\n\r'.includes(c) ? c : '\ufffd'));
  return possible.replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}
