import type { KeyboardLayout } from '../layouts/keyboard-layout.ts';
import { UsageError } from '../rfb/errors.ts';
import { ALT_GR, type Key, keysOfCharacter, SHIFT } from './key.ts';

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
export function keysOfText(text: string, layout?: KeyboardLayout): readonly Key[] {
  const keys: Key[] = [];
  let position = 0;
  for (const char of text.replaceAll('\r\n', '\n')) {
    position++;
    const typing = keysOfCharacter(char, layout);
    if (!typing) throw new UsageError('BAD_KEY', `character ${position} of the text ${whyNot(char, layout)}`);
    keys.push(...typing);
  }
  return keys;
}

function whyNot(char: string, layout: KeyboardLayout | undefined): string {
  const codePoint = char.codePointAt(0) ?? 0;
  if (codePoint >= 0xd800 && codePoint < 0xe000) return '(half a surrogate pair) has no key';
  if (/\p{Cc}/u.test(char)) {
    return `(control character U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}) has no key`;
  }
  const missing = `is not on the ${layout?.name} layout`;
  if (!/[a-z]/i.test(char)) return missing;
  return `${missing}, which has no Latin letters: switch the guest to another of its layouts and name that one`;
}

/** The modifiers that a text needs, in the order in which they go down. */
const MODIFIERS: readonly { readonly modifier: Key; readonly neededBy: (key: Key) => boolean }[] = [
  { modifier: SHIFT, neededBy: ({ shifted }) => shifted },
  { modifier: ALT_GR, neededBy: ({ altGr = false }) => altGr },
];

/**
 * Down, hold, up, gap for each key, evenly spaced. A modifier goes down before a run of keys that need it and up after it,
 * and has a slot for each of the two.
 */
export function* typingSteps(keys: readonly Key[], { period, slot, hold }: Timing): Generator<KeyStep> {
  let next = 0;
  let last = -slot;
  const step = (key: Key, down: boolean, at: number): KeyStep => {
    const afterMs = at - last;
    last = at;
    return { key, down, afterMs };
  };
  const held = new Set<Key>();
  for (const key of keys) {
    for (const { modifier, neededBy } of MODIFIERS) {
      if (neededBy(key) || !held.delete(modifier)) continue;
      yield step(modifier, false, last + slot);
      next = Math.max(next, last + slot);
    }
    for (const { modifier, neededBy } of MODIFIERS) {
      if (!neededBy(key) || held.has(modifier)) continue;
      held.add(modifier);
      yield step(modifier, true, next);
      next += slot;
    }
    yield step(key, true, next);
    yield step(key, false, next + hold);
    next = Math.max(next + period, last + slot);
  }
  for (const modifier of held) yield step(modifier, false, last + slot);
}

/** All keys down in order, held, up in reverse. The first follows what was before by `leadMs`. */
export function* chordSteps(keys: readonly Key[], { slot, hold }: Timing, leadMs: number): Generator<KeyStep> {
  for (const [i, key] of keys.entries()) yield { key, down: true, afterMs: i === 0 ? leadMs : slot };
  for (const [i, key] of [...keys].reverse().entries()) yield { key, down: false, afterMs: i === 0 ? hold : slot };
}

export function chordMs(keys: readonly Key[], { slot, hold }: Timing): number {
  return 2 * (keys.length - 1) * slot + hold;
}
