import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Keyboard, type KeyboardOptions, typingMs } from '../../src/automation/keyboard.ts';
import { layoutNames, layouts } from '../../src/layouts/index.ts';
import { FakeClock, FakeKeyboardServer } from './fake-input.ts';

const [SHIFT, ALT_GR] = [0x2a, 0xb8];

function setUp(options: KeyboardOptions = {}) {
  const clock = new FakeClock();
  const server = new FakeKeyboardServer(clock);
  return { clock, server, keyboard: new Keyboard(server, { clock, ...options }) };
}

/** `+1e -1e`, by scancode. */
function script(server: FakeKeyboardServer): string {
  return server.sent.map(({ down, xtScancode = 0 }) => `${down ? '+' : '-'}${xtScancode.toString(16)}`).join(' ');
}

test.each([
  ['de', 'yZ', '+2c -2c +2a +15 -15 -2a'],
  ['de', '@€', '+b8 +10 -10 +12 -12 -b8'],
  ['de', 'a{B}', '+1e -1e +b8 +8 -8 -b8 +2a +30 -30 -2a +b8 +b -b -b8'],
  ['de', '^`é', '+29 -29 +39 -39 +2a +d -d -2a +39 -39 +d -d +12 -12'],
  ['it', '{', '+2a +b8 +1a -1a -2a -b8'],
  ['it', '{[', '+2a +b8 +1a -1a -2a +1a -1a -b8'],
  ['fr', 'A1\n', '+2a +10 -10 +2 -2 -2a +1c -1c'],
  ['us', '\t', '+f -f'],
] as const)('%s %j', async (layout, text, wanted) => {
  const { server, keyboard } = setUp();
  await keyboard.type(text, { layout });
  expect(script(server)).toBe(wanted);
});

test('the keysyms that go along are those of the layout', async () => {
  const { server, keyboard } = setUp({ layout: 'de' });
  await keyboard.type('ö€^');
  expect(server.sent.filter(({ down }) => down).map(({ keysym }) => keysym)).toEqual([
    0xf6, 0xfe03, 0x20ac, 0xfe52, 0x20,
  ]);
});

test.each([
  ['ctrl+z', '+1d +15 -15 -1d'],
  ['ctrl+Z', '+1d +15 -15 -1d'],
  ['ctrl+Ö', '+1d +27 -27 -1d'],
  ['ctrl+shift+z', '+1d +2a +15 -15 -2a -1d'],
  ['ctrl+@', '+1d +b8 +10 -10 -b8 -1d'],
  ['altgr+@', '+b8 +10 -10 -b8'],
  ['ctrl+alt+del', '+1d +38 +d3 -d3 -38 -1d'],
  ['?', '+2a +c -c -2a'],
])('chords by layout: %s', async (chord, wanted) => {
  const { server, keyboard } = setUp({ layout: 'de' });
  await keyboard.press(chord);
  expect(script(server)).toBe(wanted);
});

test.each([
  ['de', 'sek\u0416ret', 'character 4 of the text is not on the de layout'],
  ['de', 'ẃ', 'character 1 of the text is not on the de layout'],
  ['us', 'naïve', 'character 3 of the text is not on the us layout'],
  [
    'ru',
    'пa',
    'character 2 of the text is not on the ru layout, which has no Latin letters: switch the guest to another of its layouts and name that one',
  ],
  ['de', 'a\u0001', 'character 2 of the text (control character U+0001) has no key'],
] as const)('%s: %j is not begun, and the message has none of it', async (layout, text, message) => {
  const { server, keyboard } = setUp();
  await expect(keyboard.type(text, { layout })).rejects.toMatchObject({ name: 'UsageError', code: 'BAD_KEY', message });
  expect(server.sent).toEqual([]);
});

test('what cannot be done is said', async () => {
  const { server, keyboard } = setUp();
  await expect(keyboard.press('ctrl+^', { layout: 'de' })).rejects.toMatchObject({
    code: 'BAD_KEY',
    message: 'no single key of the de layout gives "^"',
  });
  await expect(keyboard.type('a', { layout: 'de', keys: 'keysym' })).rejects.toMatchObject({ code: 'BAD_OPTION' });
  await expect(keyboard.type('a', { layout: 'xx' as 'de' })).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message: `layout is xx, wanted one of ${layoutNames.join(', ')}`,
  });
  server.extendedKeysConfirmed = false;
  await expect(keyboard.type('a', { layout: 'de' })).rejects.toMatchObject({
    code: 'UNSUPPORTED_BY_SERVER',
    message:
      'the de layout is typed by scancodes, which are not possible: the server did not confirm the QEMU Extended Key Event; leave the layout out, and the server looks for the keys',
  });
  expect(server.sent).toEqual([]);
});

describe('on every layout', () => {
  /** What a keyboard of this layout has typed, by its table: the other way round, without a word of the code that types. */
  function typedOn(name: keyof typeof layouts, server: FakeKeyboardServer): string {
    const table = new Map(
      [...layouts[name].places].map(([symbol, { xtScancode, shifted, altGr }]) => [
        [xtScancode, shifted, altGr].join(),
        symbol,
      ]),
    );
    const held = new Set<number>();
    let text = '';
    let dead = '';
    for (const { down, xtScancode = 0 } of server.sent) {
      if (!down) held.delete(xtScancode);
      else if (xtScancode === SHIFT || xtScancode === ALT_GR) held.add(xtScancode);
      else {
        const symbol = table.get([xtScancode, held.has(SHIFT), held.has(ALT_GR)].join()) ?? '?';
        if (/\p{M}/u.test(symbol)) dead = symbol;
        else {
          text += dead === '' ? symbol : composed(symbol, dead);
          dead = '';
        }
      }
    }
    return text + dead;
  }

  function composed(base: string, mark: string): string {
    return base === ' '
      ? ({ '\u0300': '`', '\u0302': '^', '\u0303': '~' }[mark] ?? '?')
      : `${base}${mark}`.normalize('NFC');
  }

  test.each(layoutNames)(
    '%s: any text is typed as it is, in the time that was said, and nothing stays down',
    async (layout) => {
      const chars = [...layouts[layout].places.keys(), ...'éÈîÕüÿç^~`'].filter((char) => !/\p{M}/u.test(char));
      const texts = fc.array(fc.constantFrom(...chars), { maxLength: 30 }).map((all) => all.join(''));
      await fc.assert(
        fc.asyncProperty(texts, async (text) => {
          const { clock, server, keyboard } = setUp();
          const started = clock.now();
          const outcome = await keyboard.type(text, { layout }).catch((error: Error) => error.message);
          if (outcome !== undefined) return void expect(outcome).toMatch(/^character \d+ of the text is not on the/);
          expect(typedOn(layout, server)).toBe(text);
          expect(server.down).toEqual([]);
          expect(Math.abs(typingMs(text, { layout }) - (clock.now() - started))).toBeLessThan(26);
        }),
      );
    },
  );
});
