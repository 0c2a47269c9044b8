import { describe, expect, test } from 'vitest';
import { rfbctl, succeed } from './support/rfbctl.ts';

describe.concurrent('text', () => {
  test('prints what stands on the screen', async () => {
    const printed = await succeed(['text', 'demo:']);
    expect(printed).toMatch(/^Demo Firmware 1\.0[\s\S]*\ndemo login:\n$/);
    const { text, lines, recognised, ...grid } = JSON.parse(await succeed(['text', 'demo:', '--json']));
    expect(`${text}\n`).toBe(printed);
    expect(lines).toHaveLength(25);
    expect(recognised).toBe(1);
    expect(grid).toEqual({ font: 'vga-9x16', left: 0, top: 0, cellWidth: 9, cellHeight: 16, columns: 80, rows: 25 });
  });

  test('reads a region alone', async () => {
    expect(await succeed(['text', 'demo:', '--region', '0,0,180x16'])).toMatch(/^Demo Firmware 1\.0/);
  });

  test('says so when there is none', async () => {
    const { exitCode, stderr } = await rfbctl(['text', 'demo:colours']);
    expect(exitCode).toBe(30);
    expect(stderr).toMatch(/demo:colours: the screen shows no text in cells: \d+ % .*--region/);
  });
});

describe.concurrent('wait', () => {
  test.each([
    ['a text', ['--text', 'demo login:'], /^"demo login:" in row 15, column 1$/],
    ['an expression', ['--text', '/LOGIN:$/im'], /^"login:" in row 15, column 6$/],
    ['stillness', ['--stable', '200ms'], /^still for/],
    ['something', ['--non-blank'], /^it is not blank$/],
    ['all at once', ['--text', 'login', '--stable', '100ms'], /^text "login": .*; stable for 100 ms: still for/],
    ['the absence of a text', ['--not', '--text', 'panic'], /^the text ends with/],
  ])('for %s', async (_name, args, seen) => {
    expect((await succeed(['wait', 'demo:', ...args])).trimEnd()).toMatch(seen);
  });

  test('--any says which, by its exit code', async () => {
    const args = ['wait', 'demo:', '--any', '--text', 'panic', '--not', '--change', '--text', 'login'];
    const { exitCode, stdout } = await rfbctl([...args, '--json']);
    expect(exitCode).toBe(51);
    expect(JSON.parse(stdout)).toMatchObject({ alternative: 1 });
  });

  test('in vain: the time is up, and the message says what was there', async () => {
    const { exitCode, stderr } = await rfbctl(['wait', 'demo:', '--text', 'logout', '--timeout', '4s'], {
      withinMs: 4000,
    });
    expect(exitCode).toBe(40);
    expect(stderr).toMatch(
      /^rfbctl: demo:login: waited [\d.]+ m?s in vain for text "logout": the text ends with .*login:/,
    );
  });

  test.each([
    [[], /nothing to wait for/],
    [['--not'], /--not stands before a condition/],
    [['--text', ''], /--text: the text is empty/],
    [['--text', '/(/'], /--text: no regular expression: .*Unterminated group/],
    [['--any', '--all', '--change'], /exclude each other/],
    [['--stable', 'soon'], /--stable: "soon" is no duration/],
    [['--any', ...Array.from({ length: 11 }, () => ['--text', 'x']).flat()], /11 conditions/],
  ])('%j is a mistake', async (args, message) => {
    const { exitCode, stderr } = await rfbctl(['wait', 'demo:', ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
