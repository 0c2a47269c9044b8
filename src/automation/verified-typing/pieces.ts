/** A run of printable characters, or one control character. */
export interface Run {
  readonly characters: readonly string[];
  readonly control: boolean;
}

export function runsOf(text: string): readonly Run[] {
  const runs = text.replaceAll('\r\n', '\n').match(/\p{Cc}|\P{Cc}+/gu) ?? [];
  return runs.map((run) => ({ characters: [...run], control: /\p{Cc}/u.test(run) }));
}

export const isBlank = (character: string) => character === ' ';

/**
 * Of characters that are not all blank the longest beginning that can be looked at, which does not end in a blank: at most
 * `limit` of them, if that is enough for more than `beyond`.
 */
export function pieceOf(characters: readonly string[], limit: number, beyond = 0): readonly string[] {
  const end = characters.slice(0, limit).findLastIndex((character) => !isBlank(character)) + 1;
  if (end > beyond) return characters.slice(0, end);
  return characters.slice(0, characters.findIndex((character, i) => !isBlank(character) && i >= beyond) + 1);
}

const MAX_WORD = 8;

/** What a line begins with, by which one learns where it does: it has no blanks. */
export function firstWord(characters: readonly string[]): readonly string[] {
  const end = characters.slice(0, MAX_WORD).findIndex(isBlank);
  return characters.slice(0, end < 0 ? MAX_WORD : end);
}

/** Characters that every layout has, of which the guest shows each as itself. */
const MARKS = '7403918526';

/** A character that has not been typed lately. */
export function markFor(typed: readonly string[]): string {
  const lately = typed.slice(-MAX_PIECE);
  return [...MARKS].find((mark) => !lately.includes(mark)) ?? MARKS.charAt(0);
}

/** So much is typed before somebody looks. */
export const MAX_PIECE = 40;
