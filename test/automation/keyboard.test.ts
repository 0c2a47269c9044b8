import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Keyboard,
  type KeyboardOptions,
  pressingMs,
  type TypeOptions,
  typingMs,
} from '../../src/automation/keyboard.ts';
import { slackMs } from '../../src/automation/pace.ts';
import { us } from '../../src/layouts/us.ts';
import { FakeClock, FakeKeyboardServer } from './fake-input.ts';

const SHIFT = 0xffe1;

function setUp(options: KeyboardOptions = {}, clock = new FakeClock()) {
  const server = new FakeKeyboardServer(clock);
  return { clock, server, keyboard: new Keyboard(server, { clock, ...options }) };
}

async function typed(text: string, options: TypeOptions = {}): Promise<FakeKeyboardServer> {
  const { server, keyboard } = setUp();
  await keyboard.type(text, options);
  return server;
}

const ascii = [...us.places.keys()];

/** Within a key's slot: what precedes the first event is not waited for. */
const SLOT_MS = 26;

describe('how long it will take is known before', () => {
  test.each([
    ['a', {}],
    ['Hello, World! ~@#$%^&*()', {}],
    ['aAbBcC', { rate: 5 }],
    ['root\n', { rate: 200 }],
  ])('typing %j %j', async (text, options) => {
    const { clock, keyboard } = setUp();
    const started = clock.now();
    await keyboard.type(text, options);
    expect(Math.abs(typingMs(text, options) - (clock.now() - started))).toBeLessThan(SLOT_MS);
  });

  test.each([
    [['ctrl+alt+del'], {}],
    [['down', 'down', 'enter'], { repeat: 3 }],
    [['f8'], { repeat: 4, everyMs: 250 }],
    [['f8'], { repeat: 2, holdMs: 1000 }],
  ])('pressing %j %j', async (chords, options) => {
    const { clock, keyboard } = setUp();
    const started = clock.now();
    await keyboard.press(chords, options);
    const taken = clock.now() - started;
    // The pause of `everyMs` after the last round is not waited for.
    expect(pressingMs(chords, options)).toBeGreaterThan(taken - SLOT_MS);
    expect(pressingMs(chords, options)).toBeLessThan(taken + SLOT_MS + ('everyMs' in options ? 250 : 0));
  });
});

describe('type', () => {
  test.each(ascii)('%j', async (char) => {
    const keysym = char.charCodeAt(0);
    const shifted = /[A-Z~!@#$%^&*()_+{}|:"<>?]/.test(char);
    const plain = [
      { down: true, keysym },
      { down: false, keysym },
    ];
    const { sent } = await typed(char);
    expect(sent.map(({ down, keysym: sentKeysym }) => ({ down, keysym: sentKeysym }))).toEqual(
      shifted ? [{ down: true, keysym: SHIFT }, ...plain, { down: false, keysym: SHIFT }] : plain,
    );
  });

  test.each([
    ['ab', '+61 -61 +62 -62'],
    ['aBCd', '+61 -61 +ffe1 +42 -42 +43 -43 -ffe1 +64 -64'],
    ['A B', '+ffe1 +41 -41 -ffe1 +20 -20 +ffe1 +42 -42 -ffe1'],
    ['\n', '+ff0d -ff0d'],
    ['\r\n\r\n', '+ff0d -ff0d +ff0d -ff0d'],
    ['\r', '+ff0d -ff0d'],
    ['\n\r', '+ff0d -ff0d +ff0d -ff0d'],
    ['\t\b\x1b', '+ff09 -ff09 +ff08 -ff08 +ff1b -ff1b'],
    ['É€😀', '+c9 -c9 +20ac -20ac +101f600 -101f600'],
    ['', ''],
  ])('%j', async (text, script) => {
    expect((await typed(text)).script).toBe(script);
  });

  test('scancodes: the same keys, by place', async () => {
    const { sent } = await typed('aB\n', { keys: 'scancode' });
    expect(sent.map(({ keysym, xtScancode }) => [keysym, xtScancode])).toEqual([
      [0x61, 0x1e],
      [0x61, 0x1e],
      [SHIFT, 0x2a],
      [0x42, 0x30],
      [0x42, 0x30],
      [SHIFT, 0x2a],
      [0xff0d, 0x1c],
      [0xff0d, 0x1c],
    ]);
  });

  test('scancodes need a server that confirmed them, and a US key for every character', async () => {
    const { server, keyboard } = setUp({ keys: 'scancode' });
    await expect(keyboard.type('naïve')).rejects.toMatchObject({
      name: 'UnsupportedError',
      code: 'UNSUPPORTED_BY_SERVER',
      message: 'character 3 of the text has no scancode on a US keyboard; send keysyms',
    });
    await expect(keyboard.press('dead_acute')).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
    server.extendedKeysConfirmed = false;
    await expect(keyboard.type('a')).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
    await keyboard.type('a', { keys: 'auto' });
    expect(server.script).toBe('+61 -61');
  });

  test('a confirmation that is still on its way is waited for', async () => {
    const { server, keyboard } = setUp({ keys: 'scancode' });
    server.extendedKeysConfirmed = false;
    server.onExtensionsKnown = () => {
      server.extendedKeysConfirmed = true;
    };
    await keyboard.type('a');
    expect(server.sent.map(({ xtScancode }) => xtScancode)).toEqual([0x1e, 0x1e]);
  });

  test.each([
    ['secret\u0001', 'character 7 of the text (control character U+0001) has no key'],
    ['a\r\nb\u007f', 'character 4 of the text (control character U+007F) has no key'],
    ['😀\ud83d', 'character 2 of the text (half a surrogate pair) has no key'],
  ])('a text that cannot be typed whole is not begun: %j', async (text, message) => {
    const { server, keyboard } = setUp();
    await expect(keyboard.type(text)).rejects.toMatchObject({ name: 'UsageError', code: 'BAD_KEY', message });
    expect(server.sent).toEqual([]);
  });

  test('resolves after the server has consumed it', async () => {
    expect((await typed('abc')).barriers).toBe(1);
    expect((await typed('')).barriers).toBe(0);
  });

  test.each([{ rate: 0 }, { rate: -1 }, { rate: Number.NaN }, { holdMs: -1 }])('refuses %j', async (options) => {
    await expect(typed('a', options)).rejects.toMatchObject({ name: 'UsageError', code: 'BAD_OPTION' });
  });
});

describe('pace', () => {
  test('events are evenly spaced', async () => {
    const { gaps } = await typed('aBc', { rate: 25 });
    for (const gap of gaps) expect(gap).toBeCloseTo(20, 6);
  });

  test('slow typing spaces the characters and holds none of them long', async () => {
    const { sent, gaps } = await typed('aBc', { rate: 2 });
    const downs = sent.filter(({ down, keysym }) => down && keysym !== SHIFT).map(({ at }) => at);
    expect(downs.map((at) => at - (downs[0] ?? 0))).toEqual([0, 525, 1025]);
    expect(Math.max(...gaps.filter((gap) => gap < 400))).toBe(25);
  });

  test('a hold of its own stretches the characters when it must', async () => {
    expect((await typed('ab', { rate: 50, holdMs: 100 })).gaps).toEqual([100, 10, 100]);
    expect((await typed('ab', { rate: 50, holdMs: 4 })).gaps).toEqual([4, 16, 4]);
  });

  test('an unlimited rate does not wait', async () => {
    expect((await typed('abc', { rate: Number.POSITIVE_INFINITY })).gaps).toEqual([0, 0, 0, 0, 0]);
  });

  test('timers that are a little late cost no speed', async () => {
    const { server, keyboard } = setUp({ rate: 25 }, new FakeClock(() => 2));
    await keyboard.type('a'.repeat(100));
    const took = (server.sent.at(-1)?.at ?? 0) - (server.sent[0]?.at ?? 0);
    expect(took).toBeGreaterThanOrEqual(199 * 20 - 3);
    expect(took).toBeLessThanOrEqual(199 * 20 + 3);
  });

  test('a stall is not made up for', async () => {
    const { clock, server, keyboard } = setUp({ rate: 25 });
    server.onEvent = (index) => {
      if (index === 10) clock.pass(1000);
    };
    await keyboard.type('a'.repeat(20));
    const [before, stalled, ...after] = server.gaps.slice(9);
    expect([before, stalled]).toEqual([20, 1000 + 15]);
    for (const gap of after) expect(gap).toBeGreaterThanOrEqual(15);
    expect(after.filter((gap) => gap < 20).length).toBeLessThanOrEqual(1);
  });

  test('late timers never bring events nearer than the slack allows, nor a key near its repeat', async () => {
    const rates = fc.integer({ min: 1, max: 60 });
    const lateness = fc.infiniteStream(fc.integer({ min: -1, max: 120 }));
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 30 }), rates, lateness, async (text, rate, late) => {
        const { server, keyboard } = setUp({ rate }, new FakeClock(() => Math.max(0, Number(late.next().value))));
        await keyboard.type(text.replace(/[^ -~]/g, ''));
        const slot = Math.min(500 / rate, 25);
        for (const gap of server.gaps) expect(gap).toBeGreaterThanOrEqual(slot - slackMs(slot) - 1e-6);
        const downAt = new Map<number, number>();
        for (const { at, down, keysym } of server.sent) {
          if (down) downAt.set(keysym, at);
          else if (keysym !== SHIFT) expect(at - (downAt.get(keysym) ?? 0)).toBeLessThanOrEqual(25 + 120 + 1e-6);
        }
      }),
    );
  });

  test('one action keeps its distance from the one before', async () => {
    const { server, keyboard } = setUp({ rate: 25 });
    await keyboard.type('a');
    await keyboard.type('b');
    await keyboard.press('f1');
    expect(server.gaps).toEqual([20, 20, 20, 25, 40]);
  });
});

describe('whatever happens, nothing stays down', () => {
  const chars = fc.array(fc.constantFrom(...ascii, '\n', 'é', '€'), { maxLength: 20 }).map((all) => all.join(''));

  test('aborted at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(chars, fc.integer({ min: 0, max: 1500 }), async (text, abortAfterMs) => {
        const { clock, server, keyboard } = setUp();
        const controller = new AbortController();
        clock.after(abortAfterMs, () => controller.abort(new Error('stop')));
        const outcome = await keyboard.type(text, { signal: controller.signal }).catch((error: Error) => error.message);
        expect([undefined, 'stop']).toContain(outcome);
        expect(server.down).toEqual([]);
        const whole = await typed(text);
        expectBeginningOf(server, whole);
        for (const gap of server.gaps) expect(gap).toBeGreaterThanOrEqual(12);
      }),
    );
  });

  test('aborted while an event is on its way', async () => {
    await fc.assert(
      fc.asyncProperty(chars, fc.nat({ max: 60 }), async (text, abortAt) => {
        const { server, keyboard } = setUp();
        const controller = new AbortController();
        server.onEvent = (index) => {
          if (index === abortAt) controller.abort();
        };
        await keyboard.type(text, { signal: controller.signal }).catch(() => {});
        expect(server.down).toEqual([]);
        expectBeginningOf(server, await typed(text));
      }),
    );
  });

  test('an event that fails: its key and all others are released, and the failure is told', async () => {
    await fc.assert(
      fc.asyncProperty(chars, fc.nat({ max: 60 }), async (text, failAt) => {
        const { server, keyboard } = setUp();
        server.onEvent = (index) => {
          if (index === failAt) throw new Error('lost');
        };
        const outcome = await keyboard.type(text).catch((error: Error) => error.message);
        expect(outcome).toBe(failAt < (await typed(text)).sent.length ? 'lost' : undefined);
        expect(server.down).toEqual([]);
      }),
    );
  });

  /** Up to the abort, what would have been typed anyway; then releases only. */
  function expectBeginningOf(server: FakeKeyboardServer, whole: FakeKeyboardServer): void {
    const common = server.sent.findIndex(
      ({ down, keysym }, i) => down !== whole.sent[i]?.down || keysym !== whole.sent[i]?.keysym,
    );
    if (common >= 0) expect(server.sent.slice(common).every(({ down }) => !down)).toBe(true);
  }

  test('a chord aborted halfway comes up in reverse order', async () => {
    const { server, keyboard } = setUp();
    const controller = new AbortController();
    server.onEvent = (index) => {
      if (index === 1) controller.abort(new Error('stop'));
    };
    await expect(keyboard.press('ctrl+alt+del', { signal: controller.signal })).rejects.toThrow('stop');
    expect(server.script).toBe('+ffe3 +ffe9 -ffe9 -ffe3');
  });

  test('an aborted signal sends nothing', async () => {
    const { server, keyboard } = setUp();
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(keyboard.type('a', { signal })).rejects.toThrow('stop');
    await expect(keyboard.press('a', { signal })).rejects.toThrow('stop');
    await expect(keyboard.down('a', { signal })).rejects.toThrow('stop');
    expect(server.sent).toEqual([]);
  });

  test('releaseAll ends what is being typed', async () => {
    const { server, keyboard } = setUp();
    const typing = keyboard.type('ABCDEFGH');
    const waiting = keyboard.type('x');
    const released = new Promise<void>((resolve, reject) => {
      server.onEvent = (index) => {
        if (index === 5) keyboard.releaseAll().then(resolve, reject);
      };
    });
    await expect(typing).rejects.toMatchObject({ name: 'ActionError', code: 'ACTION_FAILED' });
    await expect(waiting).rejects.toMatchObject({ name: 'ActionError' });
    await released;
    expect(server.down).toEqual([]);
    expect(server.sent.length).toBeLessThan(9);
    await keyboard.type('y');
    expect(server.script.endsWith('+79 -79')).toBe(true);
  });
});

describe('press', () => {
  test('a chord goes down in order and comes up in reverse', async () => {
    const { server, keyboard } = setUp({ rate: 25 });
    await keyboard.press('ctrl+alt+del', { holdMs: 100 });
    expect(server.script).toBe('+ffe3 +ffe9 +ffff -ffff -ffe9 -ffe3');
    expect(server.gaps).toEqual([20, 20, 100, 20, 20]);
    expect(server.barriers).toBe(1);
  });

  test('an option that is there and undefined has its default', async () => {
    const gaps = [];
    for (const options of [{}, { holdMs: undefined, repeat: undefined, everyMs: undefined }]) {
      const { server, keyboard } = setUp();
      await keyboard.press('a', options);
      gaps.push(server.gaps);
    }
    expect(gaps).toEqual([[40], [40]]);
  });

  test('several chords, several times, at a period', async () => {
    const { server, keyboard } = setUp();
    await keyboard.press(['esc', 'f8'], { repeat: 3, everyMs: 1000 });
    expect(server.script).toBe(Array(3).fill('+ff1b -ff1b +ffc5 -ffc5').join(' '));
    const starts = server.sent.filter(({ down, keysym }) => down && keysym === 0xff1b).map(({ at }) => at);
    expect(starts.map((at) => at - (starts[0] ?? 0))).toEqual([0, 1000, 2000]);
  });

  test('by scancode', async () => {
    const { server, keyboard } = setUp({ keys: 'scancode' });
    await keyboard.press('ctrl+alt+del');
    expect(server.sent.map(({ xtScancode }) => xtScancode)).toEqual([0x1d, 0x38, 0xd3, 0xd3, 0x38, 0x1d]);
  });

  test.each([{ repeat: 0 }, { repeat: 1.5 }, { everyMs: -1 }, { holdMs: Number.NaN }])(
    'refuses %j',
    async (options) => {
      const { keyboard } = setUp();
      await expect(keyboard.press('a', options)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    },
  );
});

describe('down and up', () => {
  test('held keys stay down through other actions', async () => {
    const { server, keyboard } = setUp();
    await keyboard.down('ctrl');
    await keyboard.press('ctrl+c');
    await keyboard.type('v');
    await keyboard.up('ctrl');
    expect(server.script).toBe('+ffe3 +63 -63 +76 -76 -ffe3');
  });

  test('a held Shift is neither pressed nor released by typing', async () => {
    const { server, keyboard } = setUp();
    await keyboard.down('shift');
    await keyboard.type('AbC');
    expect(server.script).toBe('+ffe1 +41 -41 +62 -62 +43 -43');
    expect(server.down).toEqual([SHIFT]);
    await keyboard.releaseAll();
    expect(server.down).toEqual([]);
  });

  test('releaseAll releases in reverse order, the way each was pressed', async () => {
    const { server, keyboard } = setUp();
    await keyboard.down('ctrl+alt', { keys: 'scancode' });
    await keyboard.down('A');
    await keyboard.releaseAll();
    await keyboard.releaseAll();
    expect(server.script).toBe('+ffe3 +ffe9 +ffe1 +41 -41 -ffe1 -ffe9 -ffe3');
    expect(server.sent.map(({ xtScancode }) => xtScancode)).toEqual([
      0x1d,
      0x38,
      undefined,
      undefined,
      undefined,
      undefined,
      0x38,
      0x1d,
    ]);
  });

  test('releaseAll tries every key when the connection is gone', async () => {
    const { server, keyboard } = setUp();
    await keyboard.down('ctrl+alt');
    server.onEvent = () => {
      throw new Error('gone');
    };
    await expect(keyboard.releaseAll()).rejects.toThrow('gone');
    expect(server.script).toBe('+ffe3 +ffe9 -ffe9 -ffe3');
  });

  test('up of a key that is not down is sent all the same', async () => {
    const { server, keyboard } = setUp();
    await keyboard.up('ctrl+alt');
    expect(server.script).toBe('-ffe9 -ffe3');
  });

  test('two calls at once do not mix', async () => {
    const { server, keyboard } = setUp();
    await Promise.all([keyboard.type('AB'), keyboard.press('ctrl+x')]);
    expect(server.script).toBe('+ffe1 +41 -41 +42 -42 -ffe1 +ffe3 +78 -78 -ffe3');
  });
});
