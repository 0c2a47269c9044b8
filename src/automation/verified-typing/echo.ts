import { UNKNOWN } from '../text/cell-reader.ts';
import { TextScreen } from '../text/text-screen.ts';

/** A cell of a screen, counted row by row: the next character typed will show there. Behind the last cell where that is full. */
export interface Spot {
  readonly screen: TextScreen;
  readonly cell: number;
}

/** What has come to stand behind a spot since then. Lines that are full go on in the next one. */
export interface Echo {
  /** The screen on which it stands, and where the spot is on it. */
  readonly now: Spot;
  /** So many cells in front of the spot have changed, too: deleted, and perhaps typed anew. `characters` begins with them. */
  readonly before: number;
  /** Up to the last one that has changed. */
  readonly characters: readonly string[];
  /** So many rows have gone at the top meanwhile. */
  readonly scrolled: number;
  /** Nothing else has changed. */
  readonly alone: boolean;
}

/** A clock in a corner is none of our business. */
const MAX_ELSEWHERE = 16;
/** An echo is not looked for beyond this many rows. */
const MAX_ROWS = 2;

/**
 * The echo of `wanted` behind a spot, in front of which up to `deletable` characters may have gone. `undefined` when the screen
 * has changed in a way that no typing explains.
 */
export function echoAt(
  { screen, cell }: Spot,
  now: TextScreen,
  wanted: readonly string[],
  deletable: number,
): Echo | undefined {
  const { columns, rows } = now.grid;
  const candidates = scrolls(screen, now, MAX_ROWS + 1).flatMap(({ scrolled, old, cells }) => {
    const from = cell - scrolled * columns;
    if (from < 0) return [];
    const limit = Math.min(cells.length, from + MAX_ROWS * columns);
    const row = from - (from % columns || Math.min(from, columns));
    const changed = changes(old, cells);
    const begin = Math.min(from, changed.find((i) => i >= Math.max(row, from - deletable)) ?? from);
    let end = (changed.findLast((i) => i >= begin && i < limit) ?? begin - 1) + 1;
    while (end < limit && cells[end] === UNKNOWN && mayBeUnknown(wanted[end - begin])) end++;
    // Lines go up when the last one is full.
    if (scrolled > 0 && end < (rows - 2) * columns) return [];
    const elsewhere = changed.filter((i) => i < begin || i >= end);
    if (elsewhere.length > MAX_ELSEWHERE || elsewhere.some((i) => i >= row && i < limit)) return [];
    return [{ scrolled, from, begin, characters: cells.slice(begin, end), elsewhere: elsewhere.length }];
  });
  // The longest stretch of one letter may have moved up, or partly gone.
  const [best] = candidates.sort(
    (a, b) => b.begin - b.from - (a.begin - a.from) || a.elsewhere - b.elsewhere || a.scrolled - b.scrolled,
  );
  if (!best) return undefined;
  const { scrolled, from, begin, characters, elsewhere } = best;
  return { now: { screen: now, cell: from }, before: from - begin, characters, scrolled, alone: elsewhere === 0 };
}

/**
 * The echo of a word that was typed nobody knows where: its last occurrence that is new; else what is most like it of all
 * that is new. `undefined` when there is nothing.
 */
export function echoAnywhere(screen: TextScreen, now: TextScreen, word: readonly string[]): Echo | undefined {
  const [best] = scrolls(screen, now)
    .map(({ scrolled, old, cells }) => ({ scrolled, cells, changed: changes(old, cells) }))
    .sort((a, b) => a.changed.length - b.changed.length || a.scrolled - b.scrolled);
  if (!best) return undefined;
  const { scrolled, cells, changed } = best;
  const found = wordsOf(changed, cells)
    .map((cell) => ({ ...cell, score: likeness(cells.slice(cell.from, cell.end), word) }))
    .sort((a, b) => b.score - a.score || b.from - a.from)[0];
  if (!found) return undefined;
  const alone = changed.every((i) => i >= found.from && i < found.end);
  const characters = cells.slice(found.from, found.end);
  return { now: { screen: now, cell: found.from }, before: 0, characters, scrolled, alone };
}

/** Whether two screens show the same, as far as a cursor lets one see. */
export function sameText(before: TextScreen, now: TextScreen): boolean {
  return before.grid.columns === now.grid.columns && changes(before.cells.flat(), now.cells.flat()).length === 0;
}

/** By how many rows everything has moved up, where nothing else has changed. */
export function movedUp(before: TextScreen, now: TextScreen): number | undefined {
  return scrolls(before, now).find(({ old, cells }) => changes(old, cells).length === 0)?.scrolled;
}

/** How many characters at the beginning are as wanted. */
export function agreement(seen: readonly string[], wanted: readonly string[]): number {
  const wrong = seen.findIndex((character, i) => !reads(character, wanted[i]));
  return wrong < 0 ? seen.length : wrong;
}

function reads(character: string, wanted: string | undefined): boolean {
  return character === wanted || (character === UNKNOWN && mayBeUnknown(wanted));
}

/** What the fonts do not know may be any character beyond ASCII. */
export function mayBeUnknown(wanted: string | undefined): boolean {
  return wanted !== undefined && wanted > '~';
}

/** The cells of both screens, for each number of rows that may have gone at the top. Nothing where they are not comparable. */
function scrolls(screen: TextScreen, now: TextScreen, most = Number.POSITIVE_INFINITY) {
  const { columns, rows } = now.grid;
  const cells = now.cells.flat();
  // A blank screen has no grid.
  const old = screen.grid.columns === 1 ? cells.map(() => ' ') : screen.cells.flat();
  if (old.length !== cells.length || columns === 1) return [];
  return Array.from({ length: Math.min(rows, most + 1) }, (_, scrolled) => ({
    scrolled,
    old: old.slice(scrolled * columns),
    cells,
  }));
}

/** A cursor may hide what is in a cell. */
function changes(old: readonly string[], cells: readonly string[]): number[] {
  return cells.flatMap((character, i) => (alike(character, old[i] ?? ' ') ? [] : [i]));
}

/** The screen as it was before these cells were written. */
export function blanked({ screen, cell }: Spot, length: number): TextScreen {
  const { columns } = screen.grid;
  const isWritten = (i: number) => i >= cell && i < cell + length;
  const cells = screen.cells.map((row, y) => row.map((shown, x) => (isWritten(y * columns + x) ? ' ' : shown)));
  return new TextScreen(screen.grid, cells);
}

function alike(a: string, b: string): boolean {
  return a === b || (a === UNKNOWN && b === ' ') || (a === ' ' && b === UNKNOWN);
}

/** Runs of changed cells without a blank among them. */
function wordsOf(changed: readonly number[], cells: readonly string[]): { from: number; end: number }[] {
  const words: { from: number; end: number }[] = [];
  for (const i of changed) {
    if (cells[i] === ' ') continue;
    const last = words.at(-1);
    if (last?.end === i) last.end++;
    else words.push({ from: i, end: i + 1 });
  }
  return words;
}

function likeness(seen: readonly string[], wanted: readonly string[]): number {
  const right = seen.filter((character) => wanted.includes(character)).length;
  return (
    (agreement(seen, wanted) === wanted.length && seen.length === wanted.length ? 1 : 0) +
    right / Math.max(seen.length, wanted.length)
  );
}
