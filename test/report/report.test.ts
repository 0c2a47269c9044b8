import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Trace } from '../../src/automation/trace/trace.ts';
import { describeEvent, percent, time } from '../../src/report/describe-event.ts';
import { githubError } from '../../src/report/github.ts';
import { junitXml, testCaseOf } from '../../src/report/junit.ts';
import { readPictures, readTrace, traceFolders } from '../../src/report/read-trace.ts';
import { renderPage } from '../../src/report/render-page.ts';
import { scratchFolder } from '../support/scratch.ts';

const scratch = scratchFolder('report');
let count = 0;

/** A trace of these lines, as somebody has written them. */
function written(...lines: readonly unknown[]): string {
  const folder = path.join(scratch, `written-${++count}`);
  mkdirSync(path.join(folder, 'screens'), { recursive: true });
  const text = lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join('');
  writeFileSync(path.join(folder, 'trace.jsonl'), text);
  return folder;
}

const HEAD = {
  t: 0,
  type: 'trace',
  version: 1,
  program: 'rfbctl 9',
  started: '2026-01-01T00:00:00.000Z',
  target: 'vm',
};

describe('reading a trace', () => {
  test('what was written', async () => {
    const folder = path.join(scratch, 'real');
    const trace = await Trace.create(folder, { target: 'vm', task: 'testing' });
    const picture = { width: 2, height: 1, rgba: new Uint8Array(8).fill(255), fresh: true };
    trace.onActivity({ type: 'captured', picture });
    trace.failed(new Error('no\nluck'));
    await trace.close({ outcome: 'failed', exitCode: 30 });
    const read = await readTrace(folder);
    expect(read.summary).toMatchObject({
      outcome: 'failed',
      exitCode: 30,
      target: 'vm',
      task: 'testing',
      message: 'no luck',
    });
    const pictures = Object.entries(await readPictures(folder, read));
    expect(pictures).toHaveLength(1);
    const [[name = '', base64 = ''] = []] = pictures;
    expect(Buffer.from(base64, 'base64').equals(readFileSync(path.join(folder, name)))).toBe(true);
  });

  test('one that was cut off, in the middle of a line too', async () => {
    const whole = await readTrace(written(HEAD, { t: 7, type: 'note', text: 'x' }));
    expect(whole.summary).toMatchObject({ outcome: 'cutOff', milliseconds: 7 });
    const cut = await readTrace(written(HEAD, { t: 7, type: 'note', text: 'x' }, '{"t":9,"type":"no'));
    expect(cut.events).toHaveLength(2);
    const folder = written(HEAD);
    appendFileSync(path.join(folder, 'trace.jsonl'), '{"t":9,"type":"note","text":"no line end"}');
    expect((await readTrace(folder)).events).toHaveLength(2);
  });

  test.each([
    ['no JSON', [HEAD, 'oops\n', HEAD], /trace\.jsonl line 2: is no JSON: the file is damaged/],
    ['no event', [HEAD, '[1]\n'], /line 2: is no event: wanted \{"t"/],
    ['no head', [{ t: 0, type: 'note', text: '' }], /line 1 is no head of a trace/],
    ['nothing', [''], /line 1 is no head of a trace/],
    ['a later version', [{ ...HEAD, version: 2 }], /is of version 2, this program reads version 1; read it with/],
  ])('with %s is refused', async (_what, lines, message) => {
    await expect(readTrace(written(...lines))).rejects.toMatchObject({
      code: 'BAD_TRACE',
      message: expect.stringMatching(message),
    });
  });

  test('pictures come from its own folder alone', async () => {
    writeFileSync(path.join(scratch, 'secret.png'), 'secret');
    const folder = written(
      HEAD,
      { t: 1, type: 'screen', file: '../secret.png', width: 1, height: 1 },
      { t: 1, type: 'screen', file: 'screens/../../secret.png', width: 1, height: 1 },
      { t: 1, type: 'screen', file: 'screens/0123456789abcdef.png', width: 1, height: 1 },
    );
    expect(await readPictures(folder, await readTrace(folder))).toEqual({});
  });

  test('a folder of traces is as good as their names', async () => {
    const one = written(HEAD);
    const folder = path.join(scratch, 'several');
    mkdirSync(path.join(folder, 'b'), { recursive: true });
    mkdirSync(path.join(folder, 'a'));
    mkdirSync(path.join(folder, 'other'));
    for (const name of ['a', 'b']) writeFileSync(path.join(folder, name, 'trace.jsonl'), JSON.stringify(HEAD));
    expect(await traceFolders(one)).toEqual([one]);
    expect(await traceFolders(folder)).toEqual([path.join(folder, 'a'), path.join(folder, 'b')]);
    await expect(traceFolders(path.join(folder, 'other'))).rejects.toMatchObject({ code: 'BAD_TRACE' });
    await expect(traceFolders(path.join(folder, 'nowhere'))).rejects.toThrow(/cannot be read as a folder \(ENOENT\)/);
  });
});

test('the page cannot be left by what a trace says', () => {
  const summary = { outcome: 'done', target: '', task: '</title><script>', started: '', milliseconds: 1 } as const;
  const page = renderPage({ program: '"><', traces: [{ name: '</script><!--', events: [], summary }], pictures: {} });
  expect(page.match(/<script/g)).toHaveLength(2);
  expect(page.match(/<\/script/g)).toHaveLength(2);
  expect(page).not.toContain('<!--');
  expect(page).not.toMatch(/https?:/);
});

describe('JUnit', () => {
  const passed = { name: 'a & b', group: 'f.yaml', milliseconds: 1500 };

  test('counts, escapes and names the evidence', () => {
    const failed = { ...passed, failure: 'got "<x>"\u0007\ud800', attachments: ['trace/a'] };
    const xml = junitXml('boot', [passed, failed, { ...failed, broken: true }]);
    expect(xml).toContain('<testsuite name="boot" tests="3" failures="1" errors="1" time="4.500">');
    expect(xml).toContain('<testcase name="a &#38; b" classname="f.yaml" time="1.500"/>');
    expect(xml).toContain('<failure message="got &#34;&#60;x&#62;&#34;\ufffd\ufffd">');
    expect(xml).toContain('<system-out>[[ATTACHMENT|trace/a]]</system-out>');
  });

  test.each([
    ['done', {}],
    ['failed', { failure: 'why', attachments: ['dir'], broken: false }],
    ['cutOff', { failure: 'cut off: the trace has no end', attachments: ['dir'], broken: true }],
  ] as const)('of a trace that is %s', (outcome, wanted) => {
    const summary = { outcome, target: 'vm', task: 'typing', started: '', milliseconds: 3, message: 'why' };
    const made = testCaseOf({ name: 'dir', events: [], summary });
    expect(made).toEqual({ name: 'vm: typing', group: 'dir', milliseconds: 3, ...wanted });
  });
});

test('an annotation of GitHub stays one line, and one command', () => {
  expect(githubError({ name: 'a:b,c', failure: '100 %\n::error::x' }, { file: 'x,y.yaml', line: 3 })).toBe(
    '::error file=x%2Cy.yaml,line=3,title=a%3Ab%2Cc::100 %25%0A::error::x',
  );
});

describe('events in words', () => {
  test.each([
    [{ type: 'typing', characters: 1 }, 'types 1 character'],
    [{ type: 'keys', action: 'press', chords: ['ctrl+c', '•'], repeat: 2 }, 'presses ctrl+c •, 2 times'],
    [
      { type: 'pointer', action: 'click', detail: { x: 1, y: 2, button: 'right', count: 2 } },
      'right-clicks at 1,2, 2 times',
    ],
    [
      { type: 'pointer', action: 'drag', detail: { fromX: 1, fromY: 2, x: 3, y: 4, button: 'left' } },
      'drags from 1,2 to 3,4',
    ],
    [{ type: 'pointer', action: 'scroll', detail: { dx: 0, dy: 3 } }, 'scrolls by 0,3'],
    [
      { type: 'waiting', wait: 1, condition: 'text "x"', timeoutMs: 90_000 },
      'waits for text "x", for 1 min 30 s at most',
    ],
    [{ type: 'look', wait: 1, score: 0.9996, seen: 'y' }, 'y, 99.9 %'],
    [{ type: 'end', outcome: 'failed', exitCode: 40 }, 'failed, exit code 40'],
    [{ type: 'hologram' }, 'hologram'],
    [
      {
        type: 'wire',
        seconds: 0.5,
        sent: { KeyEvent: 2 },
        received: { FramebufferUpdate: 1 },
        rects: { zrle: 3 },
        pixels: 9,
        bytes: 8,
      },
      'sent 2 KeyEvent; received 1 FramebufferUpdate (3 zrle; 9 pixels), 8 bytes, in 500 ms',
    ],
  ])('%j', (event, words) => {
    const { title, detail } = describeEvent({ t: 0, ...event } as never);
    expect([title, detail].filter(Boolean).join(', ')).toBe(words);
  });

  test('scores and times are never rounded to something better', () => {
    expect([percent(1), percent(0.99999), time(59_900)]).toEqual(['100 %', '99.9 %', '59.9 s']);
  });
});
