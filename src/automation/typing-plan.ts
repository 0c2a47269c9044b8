import { UsageError } from '../rfb/errors.ts';
import { type Key, keyOfCharacter, SHIFT } from './key.ts';

/** One key event, `afterMs` after the one before. */
export interface KeyStep {
  readonly key: Key;
  readonly down: boolean;
  readonly afterMs: number;
}

/** All in milliseconds. */
export interface Timing {
  /** From one character to the next. */
  readonly period: number;
  /** Between two events of different keys. */
  readonly slot: number;
  /** From down to up of a key. */
  readonly hold: number;
}

/** @throws UsageError `BAD_KEY`, which tells the position and never the text: it may be a password. */
export function keysOfText(text: string): readonly Key[] {
  const keys: Key[] = [];
  let position = 0;
  for (const char of text.replaceAll('\r\n', '\n')) {
    position++;
    const key = keyOfCharacter(char);
    if (!key) throw new UsageError('BAD_KEY', `character ${position} of the text (${describe(char)}) has no key`);
    keys.push(key);
  }
  return keys;
}

function describe(char: string): string {
  const codePoint = char.codePointAt(0) ?? 0;
  if (codePoint >= 0xd800) return 'half a surrogate pair';
  return `control character U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * Down, hold, up, gap for each key, evenly spaced. Shift goes down before a run of shifted characters and up after it, and
 * has a slot for each of the two.
 */
export function* typingSteps(keys: readonly Key[], { period, slot, hold }: Timing): Generator<KeyStep> {
  let next = 0;
  let last = -slot;
  const step = (key: Key, down: boolean, at: number): KeyStep => {
    const afterMs = at - last;
    last = at;
    return { key, down, afterMs };
  };
  let shiftHeld = false;
  for (const key of keys) {
    if (key.shifted && !shiftHeld) {
      yield step(SHIFT, true, next);
      next += slot;
    } else if (!key.shifted && shiftHeld) {
      yield step(SHIFT, false, last + slot);
      next = Math.max(next, last + slot);
    }
    shiftHeld = key.shifted;
    yield step(key, true, next);
    yield step(key, false, next + hold);
    next = Math.max(next + period, last + slot);
  }
  if (shiftHeld) yield step(SHIFT, false, last + slot);
}

/** All keys down in order, held, up in reverse. The first follows what was before by `leadMs`. */
export function* chordSteps(keys: readonly Key[], { slot, hold }: Timing, leadMs: number): Generator<KeyStep> {
  for (const [i, key] of keys.entries()) yield { key, down: true, afterMs: i === 0 ? leadMs : slot };
  for (const [i, key] of [...keys].reverse().entries()) yield { key, down: false, afterMs: i === 0 ? hold : slot };
}

export function chordMs(keys: readonly Key[], { slot, hold }: Timing): number {
  return 2 * (keys.length - 1) * slot + hold;
}
