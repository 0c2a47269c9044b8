import { describe, expect, test } from 'vitest';
import type { TypeOptions } from '../../../src/automation/keyboard.ts';
import { VerifyingTypist } from '../../../src/automation/verified-typing/verifying-typist.ts';
import { ActionError } from '../../../src/rfb/errors.ts';
import { SlowTerminal, type SlowTerminalOptions } from '../../support/slow-terminal.ts';

const WORDS = 'the quick (brown) Fox: jumps!  over {the} LAZY dog? ';
const editings = ['teletype', 'bios', 'editor'] as const;

function words(length: number): string {
  return Array.from({ length }, (_, i) => WORDS.charAt((i * 7 + (i >> 6)) % WORDS.length)).join('');
}

function terminal(options: Partial<SlowTerminalOptions> = {}): SlowTerminal {
  return new SlowTerminal({
    columns: 80,
    rows: 25,
    editing: 'editor',
    prompt: 'guest$ ',
    random: randomFrom(1),
    ...options,
  });
}

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Types, lets all arrive that is on its way, and gives what the guest then has. */
async function type(guest: SlowTerminal, text: string) {
  const report = await new VerifyingTypist(guest.keyboard, guest.settle, {}).type(text);
  guest.rest();
  return { ...report, arrived: guest.entered + guest.line };
}

describe.each(editings)('a quiet guest that edits as %s', (editing) => {
  test.each([
    ['a word', 'root'],
    ['lines', 'one\ntwo three\nfour\n'],
    ['blanks in front, behind, and alone', '  if x:   \n\n    pass  \n   \nend '],
    ['more than a line', words(200)],
    ['more than the screen', words(2500)],
    ['a line as long as the screen is wide', `${words(73)}\nnext`],
    ['one letter again and again', 'a'.repeat(300)],
  ])('%s', async (_name, text) => {
    for (const prompt of ['', 'login: ']) {
      const { arrived, typed, corrections, rate } = await type(terminal({ editing, prompt }), text);
      expect(arrived).toBe(text);
      expect({ typed, corrections, rate }).toEqual({ typed: text.length, corrections: 0, rate: 30 });
    }
  });

  test('lines that are answered', async () => {
    const answer = (line: string) => `you said:\n${line}\n`;
    expect((await type(terminal({ editing, answer, rows: 6 }), 'one\ntwo\nthree\n')).arrived).toBe('one\ntwo\nthree\n');
  });
});

test('what leaves nothing to look at is counted', async () => {
  const silent = { prompt: '', editing: 'teletype' } as const;
  expect(await type(terminal(), 'a\tb')).toMatchObject({ unverified: 1 });
  expect(await type(terminal(silent), 'a\n')).toMatchObject({ unverified: 1 });
  // The next line shows where it begins.
  expect(await type(terminal(silent), 'a\n\nb')).toMatchObject({ unverified: 0 });
  expect(await type(terminal(), 'a\n')).toMatchObject({ unverified: 0 });
});

describe.each([
  ['loses one key event in a hundred', { loss: 0.01 }],
  ['loses one in thirty', { loss: 0.03 }],
  ['is slower than typing, and keeps 16 key events', { keyMs: 24, queue: 16 }],
  ['is much slower, and loses nothing', { keyMs: 60 }],
  ['stands still now and then', { pause: { everyMs: 3000, forMs: 2000, loses: false } }],
] satisfies [string, Partial<SlowTerminalOptions>][])('a guest that %s', (_name, trouble) => {
  test.each([1, 2, 3, 4, 5])('gets all of the text (%i)', async (seed) => {
    const text = `${words(230)}\n  ${words(60)}\nend`;
    const { arrived, corrections } = await type(terminal({ ...trouble, random: randomFrom(seed) }), text);
    expect(arrived).toBe(text);
    expect(corrections).toBeLessThan(60);
  });
});

test.each(editings)('never is a wrong text called right: %s', async (editing) => {
  let right = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = randomFrom(seed);
    const pause = { everyMs: 2500, forMs: 1800, loses: seed % 2 === 0 };
    const trouble = [{ loss: 0.02 }, { loss: 0.1 }, { pause }, { keyMs: 30, queue: 12 }][seed % 4];
    const guest = terminal({
      editing,
      columns: [20, 40, 80][seed % 3] ?? 80,
      rows: 4 + (seed % 9),
      random,
      ...trouble,
    });
    const text = words(20 + 3 * seed);
    try {
      expect((await type(guest, text)).arrived).toBe(text);
      right++;
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
    }
  }
  expect(right).toBeGreaterThan(15);
});

test('what goes wrong costs half of the rate, what goes well wins it back step by step', async () => {
  let events = 0;
  // Some are lost after a third of the text, and no more.
  const random = () => (events++ >= 300 && events <= 308 ? 0 : 0.5);
  const guest = terminal({ random, loss: 0.1 });
  const rates: number[] = [];
  const keyboard = {
    ...guest.keyboard,
    type: async (text: string, options: TypeOptions) => {
      rates.push(options.rate ?? 0);
      await guest.keyboard.type(text, options);
    },
  };
  const { corrections, rate } = await new VerifyingTypist(keyboard, guest.settle, {}).type(words(400));
  expect([guest.line, corrections, rate]).toEqual([words(400), 1, 30]);
  const steps = rates.filter((now, i) => now !== rates[i - 1]);
  expect(steps).toEqual([30, 15, 18.75, 22.5, 26.25, 30]);
});

describe('what cannot be verified ends with an error that says why', () => {
  test.each([
    [
      'a field for passwords',
      { echo: 'none' },
      'secret',
      /^characters 1 to 6 .* nothing of them shows, as where passwords/,
    ],
    ['a field with stars', { echo: 'stars' }, 'secret', /^character 1 .* came as "\*" 9 times, as where passwords/],
    [
      'another layout',
      { layout: swapped },
      'happy',
      /^character 5 .* came as "z" 9 times: .*keyboard layout \(--layout\)\?$/,
    ],
    ['Caps Lock', { layout: otherCase }, 'abc', /^character 1 .* came as "A" 9 times: is Caps Lock on in the guest\?$/],
    ['a dead key', { layout: withoutCaret }, 'a^b', /^character 2 .* came as "b" 9 times: .*keyboard layout/],
    [
      'a screen that is cleared',
      cleared,
      words(200),
      /^the screen has changed .*: the first \d+ characters stood there right/,
    ],
    [
      'a message in between',
      interrupted,
      words(200),
      /^the screen has changed .*: the first \d+ characters stood there right/,
    ],
  ] satisfies [string, Partial<SlowTerminalOptions>, string, RegExp][])('%s', async (_name, options, text, message) => {
    const error = await type(terminal(options), text).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'ActionError',
      code: 'ACTION_FAILED',
      message: expect.stringMatching(message),
    });
  });
});

const cleared: Partial<SlowTerminalOptions> = { event: { atMs: 5000, happens: (guest) => guest.clear() } };
const interrupted: Partial<SlowTerminalOptions> = {
  event: { atMs: 5000, happens: (guest) => guest.print('\nkernel: something has happened\n') },
};

function swapped(character: string): string {
  return { y: 'z', z: 'y' }[character] ?? character;
}

function otherCase(character: string): string {
  return character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase();
}

function withoutCaret(character: string): string {
  return character === '^' ? '' : character;
}
