import type { SceneKey } from './scene.ts';

/** What a key press means to a program that reads a keyboard. */
export type Typed = { readonly character: string } | { readonly key: EditingKey } | { readonly control: string };

export type EditingKey = 'Enter' | 'Backspace' | 'Tab' | 'Escape';

/** A US keyboard: turns key events into what was typed, and remembers which modifiers are down. */
export class Typist {
  readonly #down = new Set<number>();

  /** Undefined for releases, modifiers and keys without a meaning here. Repeated presses are auto-repeat. */
  type(event: SceneKey): Typed | undefined {
    const keysym = event.keysym || keysymOfScancode(event.xtScancode ?? 0);
    if (!event.down) {
      this.#down.delete(keysym);
      return undefined;
    }
    this.#down.add(keysym);
    const key = EDITING_KEYS.get(keysym);
    if (key) return { key };
    const character = characterOf(keysym);
    if (character === undefined) return undefined;
    if (this.#control) return { control: character.toLowerCase() };
    return { character: this.#shift ? (SHIFTED.get(character) ?? character) : character };
  }

  get #shift(): boolean {
    return this.#down.has(0xffe1) || this.#down.has(0xffe2);
  }

  get #control(): boolean {
    return this.#down.has(0xffe3) || this.#down.has(0xffe4);
  }
}

const EDITING_KEYS = new Map<number, EditingKey>([
  [0xff08, 'Backspace'],
  [0xff09, 'Tab'],
  [0xff0d, 'Enter'],
  [0xff1b, 'Escape'],
  [0xff8d, 'Enter'],
]);

function characterOf(keysym: number): string | undefined {
  if ((keysym >= 0x20 && keysym <= 0x7e) || (keysym >= 0xa0 && keysym <= 0xff)) return String.fromCharCode(keysym);
  if (keysym >= 0x0100_0100 && keysym <= 0x0110_ffff) return String.fromCodePoint(keysym - 0x0100_0000);
  if (keysym >= 0xffaa && keysym <= 0xffb9) return KEYPAD[keysym - 0xffaa];
  return undefined;
}

/** Keysyms 0xffaa to 0xffb9. */
const KEYPAD = '*+,-./0123456789';

/** The four rows of a US keyboard, without and with Shift. */
const PLAIN = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./";
const SHIFT = '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?';

const SHIFTED = new Map([...PLAIN].map((character, i) => [character, SHIFT.charAt(i)]));

/** XT set 1 make codes: where each run of keys begins. */
const SCANCODE_RUNS: readonly (readonly [first: number, keys: string])[] = [
  [0x02, '1234567890-='],
  [0x10, 'qwertyuiop[]'],
  [0x1e, "asdfghjkl;'`"],
  [0x2b, '\\zxcvbnm,./'],
  [0x39, ' '],
];

const SCANCODE_KEYSYMS = new Map<number, number>([
  [0x01, 0xff1b],
  [0x0e, 0xff08],
  [0x0f, 0xff09],
  [0x1c, 0xff0d],
  [0x9c, 0xff8d],
  [0x1d, 0xffe3],
  [0x9d, 0xffe4],
  [0x2a, 0xffe1],
  [0x36, 0xffe2],
  ...SCANCODE_RUNS.flatMap(([first, keys]) =>
    [...keys].map((key, i): [number, number] => [first + i, key.charCodeAt(0)]),
  ),
]);

function keysymOfScancode(xtScancode: number): number {
  return SCANCODE_KEYSYMS.get(xtScancode) ?? 0;
}
