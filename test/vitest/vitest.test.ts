import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { eventsOf, eventsOfType, everythingIn } from '../support/read-trace.ts';

// What rfbctl/vitest does when tests fail can only be seen from outside: test/vitest/project is run by a Vitest of its own.

const ROOT = path.join(import.meta.dirname, '../..');
// Below the package, so that `rfbctl` and `vitest` are found from there.
mkdirSync(path.join(ROOT, '.cache'), { recursive: true });
const project = mkdtempSync(path.join(ROOT, '.cache/vitest-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));
const results = (...parts: string[]) => path.join(project, 'test-results', ...parts);

interface Outcome {
  readonly status: string;
  readonly message: string;
}

/** Runs one file; returns how each of its tests ended. */
async function run(
  file: string,
  flags: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Record<string, Outcome>> {
  const { CI: _, GITHUB_ACTIONS: __, ...rest } = process.env;
  const output = path.join(project, 'output.json');
  rmSync(output, { force: true });
  const args = [
    path.join(ROOT, 'node_modules/vitest/vitest.mjs'),
    'run',
    file,
    '--reporter=json',
    `--outputFile=${output}`,
  ];
  const printed = await new Promise<string>((resolve) => {
    const options = { cwd: project, env: { ...rest, ...env }, timeout: 100_000 };
    execFile(process.execPath, [...args, ...flags], options, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
  expect(existsSync(output), printed).toBe(true);
  const { testResults } = JSON.parse(readFileSync(output, 'utf8'));
  const [{ assertionResults }] = testResults;
  return Object.fromEntries(
    assertionResults.map(
      ({ title, status, failureMessages }: { title: string; status: string; failureMessages: string[] }) => [
        title,
        { status, message: failureMessages.join('\n') },
      ],
    ),
  );
}

const png = (file: string) => PNG.sync.read(readFileSync(file));

describe('what fails', () => {
  let outcomes: Record<string, Outcome>;
  const messageOf = (name: string) => outcomes[name]?.message ?? '';

  beforeAll(async () => {
    cpSync(path.join(import.meta.dirname, 'project'), project, { recursive: true });
    await using vm = await connect('demo:');
    writeFileSync(path.join(project, 'login.png'), await vm.screenshot());
    // In CI, so that no baseline is written.
    outcomes = await run('failing.fixture.ts', [], { CI: 'true' });
  }, 120_000);

  test('is what was to fail', () => {
    const statuses = Object.entries(outcomes).map(([name, { status, message }]) => [
      name,
      status,
      status === 'passed' ? message : '',
    ]);
    expect(statuses.filter(([, status]) => status === 'passed').map(([name]) => name)).toEqual(['passes']);
    expect(statuses).toHaveLength(8);
  });

  test('a text says what was there instead, and where its screen is', () => {
    expect(messageOf('text in vain')).toMatch(
      /waited 700 ms in vain for text "Kernel panic": the text ends with ".*demo:~\$"/,
    );
    expect(messageOf('text in vain')).toContain(
      '\n  screen      test-results/failing.fixture/fails-text-in-vain/screen.png',
    );
    expect(png(results('failing.fixture/fails-text-in-vain/screen.png')).width).toBe(720);
    expect(messageOf('text not wanted')).toMatch(/in vain for not text "login:": "login:" in row 15/);
  });

  test('a screen says how near it came, and leaves itself and the difference', () => {
    const message = messageOf('another screen');
    expect(message).toMatch(
      /in vain for image .*login\.png: nearest at 0,0: 9\d\.\d % alike, \d+ of 288000 pixels differ/,
    );
    expect(message).toMatch(
      /baseline {4}login\.png\n {2}screen {6}test-results\S+screen\.png\n {2}difference {2}test-results\S+difference\.png/,
    );
    const { data } = png(results('failing.fixture/fails-another-screen/login/difference.png'));
    let red = 0;
    for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 0) > (data[at + 1] ?? 0) + 60) red++;
    const differing = Number(/(\d+) of 288000/.exec(message)?.[1]);
    expect(red).toBe(differing);
    expect(messageOf('a screen of another size')).toMatch(/the screen is 1024x768, the baseline 720x400/);
  });

  test('without a baseline says how to make one', () => {
    expect(messageOf('no baseline')).toMatch(
      /no baseline __screens__\/failing\.fixture\.ts\/new\.png: a first run without CI, or vitest --update, writes it/,
    );
    expect(existsSync(path.join(project, '__screens__'))).toBe(false);
    expect(messageOf('no console')).toMatch(
      /toShowText is for a console: expect\(await connect\(address\)\)\.toShowText/,
    );
  });

  test('leaves a trace and its page, without what was typed', () => {
    const folder = results('failing.fixture/fails-text-in-vain/trace');
    const [head] = eventsOf(folder);
    expect(head).toMatchObject({ type: 'trace', task: 'text in vain' });
    expect(eventsOfType(folder, 'typing').map(({ characters }) => characters)).toEqual([5, 14]);
    expect(eventsOfType(folder, 'waited').map(({ outcome }) => outcome)).toEqual(['met', 'timedOut']);
    expect(eventsOf(folder).at(-1)).toMatchObject({ type: 'end', outcome: 'failed' });
    expect(readFileSync(`${folder}.html`, 'utf8')).toMatch(/^<!doctype html>/);
    expect(everythingIn(results())).not.toContain('correct horse');
    expect(eventsOfType(results('failing.fixture/fails-another-assertion/trace'), 'error')).toEqual([
      expect.objectContaining({ kind: 'AssertionError', message: expect.stringMatching(/expected 1 to be 2/) }),
    ]);
  });

  test('and what passes leaves nothing', () => {
    expect(readdirSync(results('failing.fixture')).sort()).not.toContain('passes');
    expect(readdirSync(results('failing.fixture')).length).toBeGreaterThan(4);
  });
});

test('baselines: written by the first run, kept by the next, changed by --update alone', async () => {
  const file = path.join(project, '__screens__/baseline.fixture.ts/login.png');
  const ended = async (flags: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
    (await run('baseline.fixture.ts', flags, env))['has a baseline']?.status;
  const typed = { TYPE_FIRST: '1' };
  expect(await ended([], { CI: 'true' })).toBe('failed');
  expect(await ended()).toBe('passed');
  const first = readFileSync(file);
  expect([png(file).width, png(file).height]).toEqual([360, 100]);
  expect(await ended([], typed)).toBe('failed');
  expect(readFileSync(file).equals(first)).toBe(true);
  expect(await ended(['--update'], typed)).toBe('passed');
  expect(readFileSync(file).equals(first)).toBe(false);
  expect(await ended([], { ...typed, CI: 'true' })).toBe('passed');
}, 180_000);
