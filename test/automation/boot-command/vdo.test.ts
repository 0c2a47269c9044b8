import { describe, expect, test } from 'vitest';
import { shellWords } from '../../../src/automation/boot-command/shell-words.ts';
import { vdoSteps } from '../../../src/automation/boot-command/vdo.ts';
import { eventsOf } from './recording-console.ts';

const files: Record<string, string> = {
  'a.vdo': '# log in\ntype "root"  # the user\nkey enter\n',
  'deep.vdo': 'a.vdo key tab',
  'loop.vdo': 'loop.vdo',
  'bad.vdo': 'key enter\n  klick 1',
  'open.vdo': 'type "root',
  '-': "key f1 type 'it''s'",
  'text.txt': 'a\r\nb\t\n',
};
const readFile = async (file: string) => files[file] ?? '';
const read = (line: string, options = {}) => vdoSteps(line.split(' '), { readFile, ...options });
const bare = async (line: string, options = {}) =>
  (await read(line, options)).map(({ place, source, ...step }) => step);

describe('words', () => {
  test.each<[line: string, step: unknown]>([
    ['key ctrl-alt-del', { action: 'press', chord: 'ctrl-alt-del' }],
    ['keydown shift', { action: 'down', chord: 'shift' }],
    ['kup shift', { action: 'up', chord: 'shift' }],
    ['type a-B', { action: 'type', text: 'a-B', secrets: [] }],
    ['typefile text.txt', { action: 'type', text: 'a\nb\t\n', secrets: [] }],
    ['pastefile text.txt', { action: 'paste', text: 'a\nb\t\n' }],
    ['paste x', { action: 'paste', text: 'x' }],
    ['move 10 20', { action: 'move', to: { x: 10, y: 20 } }],
    ['capture a.jpg', { action: 'screenshot', file: 'a.jpg' }],
    ['rcapture a.ppm 1 2 3 4', { action: 'screenshot', file: 'a.ppm', region: { x: 1, y: 2, width: 3, height: 4 } }],
    ['expect a.png', { action: 'wait', condition: { is: 'image', file: 'a.png' } }],
    ['expect a.png 8', { action: 'wait', condition: { is: 'image', file: 'a.png', fuzz: 8 } }],
    ['rexpect a.png 1 2 0', { action: 'wait', condition: { is: 'image', file: 'a.png', at: { x: 1, y: 2 }, fuzz: 0 } }],
    ['stable 1.5', { action: 'wait', condition: { is: 'stable', quietMs: 1500 } }],
    [
      'rstable 2 0 0 9 9 0',
      { action: 'wait', condition: { is: 'stable', quietMs: 2000, region: { x: 0, y: 0, width: 9, height: 9 } } },
    ],
    ['sleep .5', { action: 'pause', ms: 500 }],
  ])('%s', async (line, step) => {
    expect(await bare(line)).toEqual([step]);
  });

  test('warp makes pauses shorter', async () => {
    expect(await bare('pause 3', { warp: 2 })).toEqual([{ action: 'pause', ms: 1500 }]);
  });

  test('the pointer is where it was moved to, and drags at a pace', async () => {
    expect(await bare('move 1 2 mousedown 1 drag 200 2 mouseup 1 click 3')).toEqual([
      { action: 'move', to: { x: 1, y: 2 } },
      { action: 'button-down', button: 1 },
      { action: 'move', to: { x: 200, y: 2 }, durationMs: 400 },
      { action: 'button-up', button: 1 },
      { action: 'click', button: 3 },
    ]);
  });

  test('slash is a slash', async () => {
    expect(await eventsOf(await read('key slash key bslash'))).toBe('+2f -2f +5c -5c');
  });

  test('capitals and symbols come with Shift, letters beyond Latin-1 with their keysym', async () => {
    expect(await eventsOf(await read('type A! type я'))).toBe('+ffe1 +41 -41 +21 -21 -ffe1 +6d1 -6d1');
  });

  test('keys that are down at the end come up', async () => {
    expect(await eventsOf(await read('keydown ctrl keydown alt key a'))).toBe('+ffe3 +ffe9 +61 -61 -ffe9 -ffe3');
  });
});

describe('files', () => {
  test('stand for their words, comments left out', async () => {
    expect(await eventsOf(await read('deep.vdo -'))).toBe(
      '+72 -72 +6f -6f +6f -6f +74 -74 +ff0d -ff0d +ff09 -ff09 +ffbe -ffbe +69 -69 +74 -74 +73 -73',
    );
    expect((await read('a.vdo')).map(({ place }) => place)).toEqual([
      { file: 'a.vdo', line: 2, column: 1 },
      { file: 'a.vdo', line: 3, column: 1 },
    ]);
  });

  test.each([
    ['a b', ['a', 'b']],
    ['a\n\tb  # c\nd', ['a', 'b', 'd']],
    ['\'a b\' "c d"', ['a b', 'c d']],
    ['a"b c"d', ['ab cd']],
    ['"a\\"b\\\\c\\n"', ['a"b\\c\\n']],
    ["'a\\'", ['a\\']],
    ['a\\ b', ['a b']],
    ['"" x', ['', 'x']],
    ['a#b', ['a']],
    ['"#" \\#', ['#', '#']],
    ['', []],
  ])('quotes as Python’s shlex: %s', (line, words) => {
    const read = shellWords(line);
    expect('problem' in read ? read : read.map(({ text }) => text)).toEqual(words);
  });
});

describe('refused before anything is done', () => {
  test.each([
    ['d 1 1', '1, column 1', /there is no command "d"/],
    ['ra 1 1', '1, column 1', /there is no command "ra"/],
    ['key a klick 1', '1, column 7', /there is no command "klick"; did you mean click\?/],
    ['key', '1, column 1', /the key is missing/],
    ['key entr', '1, column 5', /no key is called "entr"/],
    ['click 1', '1, column 1', /where the pointer is, is not known before the first move/],
    ['drag 5 5', '1, column 1', /not known before the first move/],
    ['move 1 1 click 0', '1, column 16', /the button is "0", wanted a number/],
    ['move 1', '1, column 1', /Y is missing/],
    ['move 1 y', '1, column 8', /Y is "y", wanted a number/],
    ['capture a.gif', '1, column 9', /cannot write "\.gif"/],
    ['expect a.png 300', '1, column 1', /FUZZ is 300, wanted 0 to 255/],
    ['stable 2 8', '1, column 1', /FUZZ must be 0/],
    ['pause soon', '1, column 7', /how many seconds is "soon"/],
  ])('%s', async (line, place, problem) => {
    const error = await read(line).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'BAD_SCRIPT', message: expect.stringMatching(problem) });
    expect(error.message).toMatch(new RegExp(`^line ${place}: `));
  });

  test.each([
    ['bad.vdo', /^bad\.vdo:2:3: there is no command "klick"/],
    ['open.vdo', /^open\.vdo:1:6: a " has no end/],
    ['loop.vdo', /^loop\.vdo:1:1: loop\.vdo: scripts in scripts go 8 deep at most/],
  ])('%s', async (line, message) => {
    await expect(read(line)).rejects.toThrow(message);
  });

  test('what was to be typed is not repeated', async () => {
    const [step] = await read('type hunter2');
    expect(step?.source).toBe('type …');
  });
});
