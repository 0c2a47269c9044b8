import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fail, rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

const read = (file: string) => readFileSync(path.join(scratch, file), 'utf8');

beforeAll(async () => {
  const vain = ['wait', 'demo:', '--text', 'logout', '--timeout', '3s', '--trace', 'both/vain'];
  await Promise.all([
    succeed(['type', 'demo:', SECRETS.text, '--trace', 'both/typed']),
    rfbctl(vain, { withinMs: 4000 }),
  ]);
}, 40_000);

describe.concurrent('report', () => {
  test('makes a page, and JUnit XML', async () => {
    expect(await succeed(['report', 'both', '--junit', 'both.xml'])).toBe('report.html: 2 traces, 1 failed\n');
    expect(read('report.html')).toMatch(/^<!doctype html>/);
    expect(read('report.html')).not.toContain(SECRETS.text);
    const xml = read('both.xml');
    expect(xml).toContain('tests="2" failures="1" errors="0"');
    expect(xml).toMatch(/<testcase name="demo:login: typing 13 characters" classname="both\/typed" time="[\d.]+"\/>/);
    expect(xml).toMatch(/<failure message="demo:login: waited [\d.]+ s in vain for text &#34;logout&#34;/);
  });

  test('--json', async () => {
    const { file, traces } = JSON.parse(await succeed(['report', 'both', '-o', 'json.html', '--json']));
    expect(file).toBe('json.html');
    expect(traces).toEqual([
      expect.objectContaining({ trace: 'both/typed', outcome: 'done', exitCode: 0 }),
      expect.objectContaining({ trace: 'both/vain', outcome: 'failed', exitCode: 40 }),
    ]);
  });

  test('to standard output', async () => {
    expect(await succeed(['report', 'both/typed', '-o', '-'])).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test.each([
    ['there', ['--no-github'], { GITHUB_ACTIONS: 'true' }, 0],
    ['there', [], { GITHUB_ACTIONS: 'true' }, 1],
    ['elsewhere', ['--github'], {}, 1],
    ['elsewhere', [], {}, 0],
  ])('annotations for GitHub %s with %j', async (_where, flags, env, lines) => {
    const { stderr, exitCode } = await rfbctl(['report', 'both', '-o', `github-${lines}.html`, ...flags], { env });
    expect(exitCode).toBe(0);
    expect(
      stderr.match(/^::error title=demo%3Alogin%3A waiting for text "logout"::demo:login: waited/gm) ?? [],
    ).toHaveLength(lines);
  });

  test('bad input', async () => {
    mkdirSync(path.join(scratch, 'empty'));
    mkdirSync(path.join(scratch, 'damaged'));
    writeFileSync(path.join(scratch, 'damaged/trace.jsonl'), `${read('both/typed/trace.jsonl')}{"t":\n`);
    const wanted = { exitCode: 2, code: 'BAD_TRACE' };
    await fail(['report', 'empty'], { ...wanted, line: /^rfbctl: empty: no trace is there \(no trace\.jsonl/ });
    await fail(['report', 'nowhere'], { ...wanted, line: /nowhere: cannot be read as a folder \(ENOENT\)/ });
    await fail(['report', 'damaged'], { ...wanted, line: /damaged\/trace\.jsonl line \d+: is no JSON/ });
    await fail(['report', 'both', '-o', 'no/such/x.html'], {
      exitCode: 30,
      code: 'OUTPUT_FAILED',
      line: /no such folder/,
    });
    await fail(['report'], { exitCode: 2, code: 'BAD_OPTION', line: /missing required argument 'folder'/ });
  });
});
