import type { GlyphFont } from '../../fonts/glyph-font.ts';
import { fonts as shippedFonts } from '../../fonts/index.ts';
import { onlyColour, type Picture } from '../picture.ts';
import { CellReader, UNKNOWN } from './cell-reader.ts';
import { type Layout, LayoutSearch } from './find-layout.ts';
import type { ScreenReader } from './screen-text.ts';
import { SizeIndex } from './size-index.ts';
import { TextScreen } from './text-screen.ts';

interface Reading {
  readonly layout: Layout;
  readonly cells: string[][];
  readonly inked: number;
  readonly known: number;
}

/** A reading that knows so much of so many cells needs no second opinion. */
const GOOD_SHARE = 0.98;
const GOOD_COUNT = 20;
/** Nor one that knows all of some cells. */
const WHOLE_COUNT = 4;

/** So many layouts are tried on the whole screen. */
const MAX_TRIED = 4;

/** A screen has one cursor; a terminal multiplexer may show some more. */
const MAX_CURSORS = 8;

/** As which some fonts know an underline: one of it is the cursor, where nothing stands. */
const LINE_CURSOR = '▁';

/** Reads the characters on screens whose text stands in cells: each cell exactly, no guesses. Remembers what fitted last. */
export class TextReader implements ScreenReader {
  readonly #first: GlyphFont | undefined;
  readonly #sizes: readonly SizeIndex[];
  #found: { readonly layout: Layout; readonly share: number } | undefined;

  /** By default all the fonts that are shipped. */
  constructor(fonts: readonly GlyphFont[] = shippedFonts) {
    this.#first = fonts[0];
    this.#sizes = SizeIndex.of(fonts);
  }

  /** By these fonts, and by those that are shipped. */
  static with(fonts: readonly GlyphFont[]): TextReader {
    return new TextReader([...fonts, ...shippedFonts]);
  }

  /** What the picture says by the font and the grid that fit best. Look at `recognised` to see how well they do. */
  read(picture: Picture): TextScreen {
    const reading = this.#again(picture) ?? this.#anew(picture);
    if (!reading) return unread(picture);
    uncoverCursors(picture, reading);
    return screenOf(reading);
  }

  /** By the layout that was found last, unless it fits much worse than it did then. */
  #again(picture: Picture): Reading | undefined {
    if (!this.#found) return undefined;
    const reading = readLayout(picture, this.#found.layout);
    return reading.inked === 0 || isGood(reading, this.#found.share) ? reading : undefined;
  }

  #anew(picture: Picture): Reading | undefined {
    const reading = this.#search(picture);
    if (reading) this.#found = { layout: reading.layout, share: shareOf(reading) };
    return reading;
  }

  #search(picture: Picture): Reading | undefined {
    // The likeliest by far, and the others need not even be decoded.
    let best = this.#first && readLayout(picture, { font: this.#first, left: 0, top: 0 });
    if (best && isGood(best, 1)) return best;
    const search = new LayoutSearch(picture, this.#sizes);
    for (const layout of search.aligned(MAX_TRIED)) {
      const reading = readLayout(picture, layout);
      if (best && recognisedArea(reading) <= recognisedArea(best)) continue;
      best = reading;
      if (isGood(reading, 1)) return reading;
    }
    const found = search.anywhere();
    const reading = found && readLayout(picture, found);
    return reading && (!best || recognisedArea(reading) > recognisedArea(best)) ? reading : best;
  }
}

/** The whole picture as one cell, blank or not known. */
function unread(picture: Picture): TextScreen {
  const { width, height } = picture;
  const grid = { font: 'none', left: 0, top: 0, cellWidth: width, cellHeight: height, columns: 1, rows: 1 };
  return new TextScreen(grid, [[onlyColour(picture) === undefined ? UNKNOWN : ' ']]);
}

function readLayout(picture: Picture, layout: Layout): Reading {
  const { font, left, top } = layout;
  const reader = new CellReader(picture, font);
  const columns = Math.max(0, Math.floor((picture.width - left) / font.width));
  const rows = Math.max(0, Math.floor((picture.height - top) / font.height));
  const cells: string[][] = [];
  let inked = 0;
  let known = 0;
  for (let row = 0; row < rows; row++) {
    const line: string[] = [];
    for (let column = 0; column < columns; column++) {
      const character = reader.read(left + column * font.width, top + row * font.height);
      line.push(character);
      if (character === ' ') continue;
      inked++;
      if (character !== UNKNOWN) known++;
    }
    cells.push(line);
  }
  return { layout, cells, inked, known };
}

function shareOf({ inked, known }: Reading): number {
  return inked === 0 ? 1 : known / inked;
}

/** As good as a layout that once knew this share of a screen. */
function isGood(reading: Reading, share: number): boolean {
  const { known, inked } = reading;
  if (known === inked) return known >= WHOLE_COUNT;
  return known >= GOOD_COUNT && shareOf(reading) >= share * GOOD_SHARE;
}

/** In pixels, less where much is not recognised: small glyphs fit into many places by chance. */
function recognisedArea({ layout: { font }, inked, known }: Reading): number {
  return inked === 0 ? 0 : ((known * known) / inked) * font.width * font.height;
}

function uncoverCursors(picture: Picture, { layout: { font, left, top }, cells, inked, known }: Reading): void {
  const lines = cells.filter((line) => line.includes(LINE_CURSOR));
  const [line] = lines;
  if (line && lines.length === 1 && line.indexOf(LINE_CURSOR) === line.lastIndexOf(LINE_CURSOR)) {
    line[line.indexOf(LINE_CURSOR)] = ' ';
  }
  if (inked - known > MAX_CURSORS) return;
  const reader = new CellReader(picture, font);
  for (const [row, line] of cells.entries()) {
    for (const [column, character] of line.entries()) {
      if (character !== UNKNOWN) continue;
      const uncovered = reader.readBehindCursor(left + column * font.width, top + row * font.height);
      if (uncovered !== undefined) line[column] = uncovered;
    }
  }
}

function screenOf({ layout: { font, left, top }, cells }: Reading): TextScreen {
  const { name, width, height } = font;
  const grid = {
    font: name,
    left,
    top,
    cellWidth: width,
    cellHeight: height,
    columns: cells[0]?.length ?? 0,
    rows: cells.length,
  };
  return new TextScreen(grid, cells);
}
