import { describe, expect, test } from 'vitest';
import { fail, rfbctl, succeed } from './support/rfbctl.ts';

describe.concurrent('key --until-…', () => {
  test.each([
    [
      'a text',
      ['a', '--every', '20ms', '--until-text', 'aaaa'],
      /^"aaaa" in row 15, column 13, after (\d+) presses\n$/,
      4,
    ],
    ['an expression', ['a', '--every', '20ms', '--until-text', '/^demo login: a{3,}$/m'], /after (\d+) presses\n$/, 3],
    [
      'a change, to what was there before',
      ['a', '--every', '5s', '--until-change'],
      /^it changed, after (1) press\n$/,
      1,
    ],
    ['what is there already', ['a', '--until-text', 'login:'], /after (0) presses\n$/, 0],
    ['the end of a text', ['x', 'enter', 'y', 'enter', 'ctrl+d', '--until-gone', 'Firmware'], /after (\d+) press/, 1],
  ] as const)('%s', async (_name, args, seen, least) => {
    const [, presses] = seen.exec(await succeed(['key', 'demo:', ...args])) ?? [];
    expect(Number(presses)).toBeGreaterThanOrEqual(least);
  });

  test('a picture', async () => {
    await succeed(['screenshot', 'demo:', '-o', 'until.png']);
    const seen = await succeed(['key', 'demo:', 'a', '--until-image', 'until.png', '--json']);
    expect(JSON.parse(seen)).toMatchObject({
      pressed: ['a'],
      presses: 0,
      place: { x: 0, y: 0, width: 720, height: 400 },
    });
  });

  test('in vain: the time is up, and the message says what was seen and how often it was pressed', async () => {
    const args = ['key', 'demo:', 'a', '--repeat', '2', '--every', '10ms', '--until-text', 'Setup', '--for', '1s'];
    const line = /demo:login: waited 1 s in vain for text "Setup": .*login: aa"; 2 presses changed nothing about that/;
    await fail(args, { exitCode: 40, code: 'TIMED_OUT', line }, { withinMs: 1000 });
  });

  test.each([
    [['--until-change', '--until-text', 'x'], /exclude each other/],
    [['--for', '1s'], /--for is how long --until-… may take/],
    [['--every', '1s'], /--every needs --repeat, or --until-…/],
    [['--until-text', '/(/'], /--until-text: no regular expression/],
    [['--until-gone', ''], /--until-gone: the text is empty/],
    [['--until-image', 'none.png'], /none\.png/],
    [['--until-change', '--for', '0'], /--for: 0 leaves no time/],
  ])('%j is a mistake', async (args, message) => {
    const { exitCode, stderr } = await rfbctl(['key', 'demo:', 'a', ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
