import { type LayoutName, layoutNames, layouts } from '../layouts/index.ts';
import type { KeyboardLayout } from '../layouts/keyboard-layout.ts';
import { UnsupportedError, UsageError } from '../rfb/errors.ts';
import type { LedState } from '../rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import type { SendOptions, WaitOptions } from '../rfb/session/session.ts';
import type { OnActivity } from './activity.ts';
import type { Key } from './key.ts';
import { parseChord } from './key-chord.ts';
import { lockKeysToPress, locksFor } from './lock-keys.ts';
import { type Clock, Pace } from './pace.ts';
import { shownChord } from './shown-chord.ts';
import { RELEASE_TIMEOUT_MS, Turns } from './turns.ts';
import { chordMs, chordSteps, type KeyStep, keysOfText, type Timing, typingSteps } from './typing-plan.ts';

/** What a keyboard needs of a session. */
export interface RawKeyboard {
  sendKeyEvent(down: boolean, keysym: number, options?: SendOptions): Promise<void>;
  sendExtendedKeyEvent(down: boolean, keysym: number, xtScancode: number, options?: SendOptions): Promise<void>;
  readonly extendedKeysConfirmed: boolean;
  /** Resolves when the server has had its chance to confirm extensions and to tell its lights. */
  extensionsKnown(options?: SendOptions): Promise<void>;
  readonly state: { readonly ledState: LedState | undefined };
  /** Whether the lock keys' lights came to be like this in time. */
  lightsBecome(wanted: Partial<LedState>, options: WaitOptions): Promise<boolean>;
  /** Resolves when the server has consumed all input so far. */
  barrier(options?: SendOptions): Promise<void>;
  /** Aborts when no input is possible any more; its reason says why. */
  readonly lifetime?: AbortSignal;
}

/**
 * `keysym`: the server finds the key, by the layout that it knows. `scancode`: the key at this place of a US keyboard, by
 * the QEMU Extended Key Event. `auto` is `keysym`, which works everywhere: QEMU that was started with -k ignores scancodes.
 */
export type KeyMode = 'auto' | 'keysym' | 'scancode';

export interface KeyOptions {
  /** Default: the keyboard's, which is `auto`. */
  readonly keys?: KeyMode | undefined;
  /**
   * The layout that the guest is set to: characters are typed by the places of its keys, as scancodes. Default: none, which
   * leaves it to the server, or the US keyboard where `keys` is `scancode`.
   */
  readonly layout?: LayoutName | undefined;
  /**
   * `adapt` (default): where the server tells of the lights, Caps Lock is switched off before letters, and Num Lock as keys
   * of the keypad need it. `ignore` leaves both alone.
   */
  readonly lockKeys?: 'adapt' | 'ignore' | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TypeOptions extends KeyOptions {
  /** Characters a second, not counting Shift, which takes half a character to go down and half to come up. Default 30. */
  readonly rate?: number | undefined;
  /** How long each key stays down, in ms. Default half a character's time, at most 25. Guests repeat keys from 250 on. */
  readonly holdMs?: number | undefined;
}

export interface PressOptions extends KeyOptions {
  /** How long all keys of the chord stay down together, in ms. Default 40. */
  readonly holdMs?: number | undefined;
  /** How often the whole list of chords is pressed. Default 1. */
  readonly repeat?: number | undefined;
  /** From the start of one repetition to the start of the next, in ms. Default 0: one right after the other. */
  readonly everyMs?: number | undefined;
}

export interface KeyboardOptions extends Pick<TypeOptions, 'keys' | 'layout' | 'lockKeys' | 'rate'> {
  /** Told when something begins to be typed or pressed. */
  readonly onActivity?: OnActivity | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

/**
 * QEMU passes on a key event every 10 ms or a little later, and drops what it cannot queue: 60 characters a second lose some,
 * 50 none. docs/decisions/0001-typing-rate.md has the measurements.
 */
export const DEFAULT_RATE = 30;

/** Slow typing spaces the characters, not the events of one. Holding must stay far below any key repeat (250 ms). */
const MAX_SLOT_MS = 25;

/** Firmware that polls sees it, and no guest repeats it. */
const DEFAULT_CHORD_HOLD_MS = 40;
const CHORD_GAP_MS = 25;

/** For a guest to turn its lights: Linux takes some milliseconds. */
const LIGHTS_TIMEOUT_MS = 500;

interface HeldKey {
  readonly key: Key;
  readonly extended: boolean;
}

/** Types and presses keys. Whatever a call presses it releases again, also when it fails or is aborted. */
export class Keyboard {
  #raw: RawKeyboard;
  readonly #options: KeyboardOptions;
  readonly #pace: Pace;
  #turns: Turns;
  /** By keysym, in the order in which they went down. */
  readonly #held = new Map<number, HeldKey>();

  constructor(raw: RawKeyboard, options: KeyboardOptions = {}) {
    this.#raw = raw;
    this.#turns = new Turns(raw.lifetime);
    this.#options = options;
    this.#pace = new Pace(options.clock);
  }

  /** Whether keys can be sent: not on a session that has ended. */
  get usable(): boolean {
    return !this.#raw.lifetime?.aborted;
  }

  /** Goes on with another session in place of one that has ended, with which all that was held down is forgotten. */
  attach(raw: RawKeyboard): void {
    this.#raw = raw;
    this.#turns = new Turns(raw.lifetime);
    this.#held.clear();
  }

  /**
   * Types `text`: \n (also \r\n, \r) is Enter, \t Tab, \b Backspace, \x1b Escape. Resolves when the server has consumed it.
   * Nothing is typed of a text that cannot be typed whole.
   * @throws UsageError `BAD_KEY` · UnsupportedError for a character that scancodes cannot express
   */
  async type(text: string, options: TypeOptions = {}): Promise<void> {
    const timing = this.#timing(options);
    const keys = keysOfText(text, this.#layout(options));
    await this.#turns.take(options.signal, async (signal) => {
      this.#options.onActivity?.({ type: 'typing', characters: keys.length });
      const extended = await this.#useScancodes(options, keys, signal, (i) => `character ${i + 1} of the text`);
      await this.#adaptLocks(keys, options, extended, signal);
      await this.#run(typingSteps(keys, timing), extended, signal);
      if (keys.length > 0) await this.#raw.barrier({ signal });
    });
  }

  /**
   * Presses and releases a chord (`ctrl+alt+del`, `f8`, `A`), or several one after the other. Resolves when the server has
   * consumed them.
   * @throws UsageError `BAD_KEY` · UnsupportedError for a key that scancodes cannot express
   */
  async press(chords: string | readonly string[], options: PressOptions = {}): Promise<void> {
    const { repeat = 1, everyMs = 0, holdMs = DEFAULT_CHORD_HOLD_MS } = options;
    if (!Number.isInteger(repeat) || repeat < 1) throw badOption('repeat', repeat, 'a whole number from 1 on');
    if (!(everyMs >= 0)) throw badOption('everyMs', everyMs, '0 or more');
    const timing = this.#timing({ ...options, holdMs });
    const layout = this.#layout(options);
    const parsed = (typeof chords === 'string' ? [chords] : chords).map((chord) => parseChord(chord, layout));
    await this.#turns.take(options.signal, async (signal) => {
      this.#tell('press', parsed, repeat);
      const keys = parsed.flat();
      const extended = await this.#useScancodes(options, keys, signal);
      await this.#adaptLocks(keys, options, extended, signal);
      await this.#run(pressSteps(parsed, timing, repeat, everyMs), extended, signal);
      await this.#raw.barrier({ signal });
    });
  }

  /** Presses the keys of a chord and leaves them down, for `up` or `releaseAll`. */
  async down(chord: string, options: KeyOptions = {}): Promise<void> {
    const keys = parseChord(chord, this.#layout(options));
    const { slot } = this.#timing({});
    const steps = keys.map((key) => ({ key, down: true, afterMs: slot }));
    await this.#turns.take(options.signal, async (signal) => {
      this.#tell('down', [keys]);
      await this.#run(steps, await this.#useScancodes(options, keys, signal), signal);
    });
  }

  /** Releases the keys of a chord in reverse order, also ones that were never pressed: another client may have left them down. */
  async up(chord: string, options: KeyOptions = {}): Promise<void> {
    const keys = [...parseChord(chord, this.#layout(options))].reverse();
    const { slot } = this.#timing({});
    await this.#turns.take(options.signal, async (signal) => {
      this.#tell('up', [keys]);
      const extended = await this.#useScancodes(options, keys, signal);
      for (const key of keys) await this.#release(this.#held.get(key.keysym) ?? { key, extended }, slot, signal);
    });
  }

  /** Ends whatever is being typed or pressed and releases every key that is down, the last one first. */
  async releaseAll(): Promise<void> {
    await this.#turns.interrupt();
    await this.#turns.take(undefined, () => this.#releaseAllBut(new Set()));
  }

  #tell(action: 'press' | 'down' | 'up', chords: readonly (readonly Key[])[], repeat = 1): void {
    this.#options.onActivity?.({ type: 'keys', action, chords: chords.map(shownChord), repeat });
  }

  /** Keys that `down` holds are left alone. */
  async #run(steps: Iterable<KeyStep>, extended: boolean, signal: AbortSignal): Promise<void> {
    const heldBefore = new Set(this.#held.keys());
    let waitMs = 0;
    try {
      for (const { key, down, afterMs } of steps) {
        waitMs += afterMs;
        if (heldBefore.has(key.keysym)) continue;
        if (down) await this.#press({ key, extended }, waitMs, signal);
        else await this.#release({ key, extended }, waitMs, signal);
        waitMs = 0;
      }
    } catch (error) {
      // A session that has ended takes no more, and the one after it knows nothing of these keys.
      if (this.usable) await this.#releaseAllBut(heldBefore, AbortSignal.timeout(RELEASE_TIMEOUT_MS)).catch(() => {});
      throw error;
    }
  }

  async #press(held: HeldKey, afterMs: number, signal: AbortSignal): Promise<void> {
    const send = () => {
      this.#held.set(held.key.keysym, held);
      return this.#send(true, held, signal);
    };
    await this.#pace.send(afterMs, send, signal);
  }

  async #release(held: HeldKey, afterMs: number, signal?: AbortSignal): Promise<void> {
    const send = () => {
      this.#held.delete(held.key.keysym);
      return this.#send(false, held, signal);
    };
    await this.#pace.send(afterMs, send, signal);
  }

  /** Tries every key; the first failure is thrown after that. */
  async #releaseAllBut(kept: ReadonlySet<number>, signal?: AbortSignal): Promise<void> {
    const { slot } = this.#timing({});
    const failures: unknown[] = [];
    for (const held of [...this.#held.values()].reverse()) {
      if (kept.has(held.key.keysym)) continue;
      await this.#release(held, slot, signal).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }

  async #send(down: boolean, { key: { keysym, xtScancode }, extended }: HeldKey, signal?: AbortSignal): Promise<void> {
    if (extended && xtScancode !== undefined) {
      await this.#raw.sendExtendedKeyEvent(down, keysym, xtScancode, { signal });
    } else {
      await this.#raw.sendKeyEvent(down, keysym, { signal });
    }
  }

  /** Whether keys go out as scancodes. `describe` names a key by its index; by default with its name. */
  async #useScancodes(
    options: KeyOptions,
    keys: readonly Key[],
    signal: AbortSignal,
    describe = (i: number) => `key ${keys[i]?.name}`,
  ): Promise<boolean> {
    const layout = this.#layout(options);
    if (!layout && (options.keys ?? this.#options.keys ?? 'auto') !== 'scancode') return false;
    if (!this.#raw.extendedKeysConfirmed) await this.#raw.extensionsKnown({ signal });
    if (!this.#raw.extendedKeysConfirmed) {
      const remedy = layout ? 'leave the layout out, and the server looks for the keys' : 'send keysyms';
      const message = `${layout ? `the ${layout.name} layout is typed by scancodes, which` : 'scancodes'} are not possible: the server did not confirm the QEMU Extended Key Event; ${remedy}`;
      throw new UnsupportedError('UNSUPPORTED_BY_SERVER', message);
    }
    const missing = keys.findIndex(({ xtScancode }) => xtScancode === undefined);
    if (missing >= 0) {
      const message = `${describe(missing)} has no scancode on a US keyboard; send keysyms`;
      throw new UnsupportedError('UNSUPPORTED_BY_SERVER', message);
    }
    return true;
  }

  #layout({ layout, keys }: KeyOptions): KeyboardLayout | undefined {
    if (layout === undefined && keys === 'keysym') return undefined;
    const name = layout ?? this.#options.layout;
    if (name !== undefined && keys === 'keysym') {
      throw badOption('keys', keys, `scancode with the ${name} layout, which is where the keys are`);
    }
    return layoutNamed(name);
  }

  /** Presses the lock keys that are not as `keys` need them. They stay so. */
  async #adaptLocks(keys: readonly Key[], options: KeyOptions, extended: boolean, signal: AbortSignal): Promise<void> {
    const ignored = (options.lockKeys ?? this.#options.lockKeys) === 'ignore';
    const wanted = ignored || this.#held.size > 0 ? {} : locksFor(keys);
    if (Object.keys(wanted).length === 0) return;
    await this.#raw.extensionsKnown({ signal });
    const locks = lockKeysToPress(this.#raw.state.ledState, wanted);
    if (locks.length === 0) return;
    const timing = this.#timing({ holdMs: DEFAULT_CHORD_HOLD_MS });
    for (const lock of locks) await this.#run(chordSteps([lock], timing, CHORD_GAP_MS), extended, signal);
    // SeaBIOS turns its lights only when somebody reads the next key: they are no proof.
    await this.#raw.lightsBecome(wanted, { timeoutMs: LIGHTS_TIMEOUT_MS, signal });
  }

  #timing({ rate = this.#options.rate ?? DEFAULT_RATE, holdMs }: TypeOptions): Timing {
    return timingOf({ rate, ...(holdMs !== undefined && { holdMs }) });
  }
}

/** How long `Keyboard.type` takes, in milliseconds, where nothing is late. @throws UsageError as it does */
export function typingMs(text: string, options: TypeOptions = {}): number {
  return durationOf(typingSteps(keysOfText(text, layoutNamed(options.layout)), timingOf(options)));
}

/** How long `Keyboard.press` takes. @throws UsageError as it does */
export function pressingMs(chords: readonly string[], options: PressOptions = {}): number {
  const { repeat = 1, everyMs = 0 } = options;
  const timing = timingOf({ holdMs: DEFAULT_CHORD_HOLD_MS, ...options });
  const layout = layoutNamed(options.layout);
  const parsed = chords.map((chord) => parseChord(chord, layout));
  const round = durationOf(pressSteps(parsed, timing, 1, 0));
  return repeat * Math.max(round, everyMs);
}

function layoutNamed(name: LayoutName | undefined): KeyboardLayout | undefined {
  if (name === undefined) return undefined;
  if (Object.hasOwn(layouts, name)) return layouts[name];
  throw badOption('layout', name, `one of ${layoutNames.join(', ')}`);
}

function durationOf(steps: Iterable<KeyStep>): number {
  let sum = 0;
  for (const { afterMs } of steps) sum += afterMs;
  return sum;
}

function timingOf({ rate = DEFAULT_RATE, holdMs }: TypeOptions): Timing {
  if (!(rate > 0)) throw badOption('rate', rate, 'more than 0 characters a second');
  if (holdMs !== undefined && !(holdMs >= 0)) throw badOption('holdMs', holdMs, '0 or more');
  const period = 1000 / rate;
  const slot = Math.min(period / 2, MAX_SLOT_MS);
  return { period, slot, hold: holdMs ?? slot };
}

function* pressSteps(
  chords: readonly (readonly Key[])[],
  timing: Timing,
  repeat: number,
  everyMs: number,
): Generator<KeyStep> {
  const takenMs = chords.reduce((sum, keys) => sum + chordMs(keys, timing), (chords.length - 1) * CHORD_GAP_MS);
  for (let round = 0; round < repeat; round++) {
    for (const [i, keys] of chords.entries()) {
      const leadMs = round > 0 && i === 0 ? Math.max(CHORD_GAP_MS, everyMs - takenMs) : CHORD_GAP_MS;
      yield* chordSteps(keys, timing, leadMs);
    }
  }
}

function badOption(name: string, value: unknown, wanted: string): UsageError {
  return new UsageError('BAD_OPTION', `${name} is ${value}, wanted ${wanted}`);
}
