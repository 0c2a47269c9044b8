import type { GlyphFont } from '../../fonts/glyph-font.ts';
import { fonts as shippedFonts } from '../../fonts/index.ts';
import { onlyColour, type Picture, pixelsOf } from '../picture.ts';
import { CellReader, UNKNOWN } from './cell-reader.ts';
import { TextScreen } from './text-screen.ts';

interface Layout {
  readonly font: GlyphFont;
  readonly left: number;
  readonly top: number;
}

interface Reading {
  readonly layout: Layout;
  readonly cells: string[][];
  readonly inked: number;
  readonly known: number;
}

/** A reading that knows so much of so many cells needs no second opinion. */
const GOOD_SHARE = 0.98;
const GOOD_COUNT = 20;

/** A screen has one cursor; a terminal multiplexer may show some more. */
const MAX_CURSORS = 8;

/** After so many cells that are none of a font's glyphs, among fewer that are, the font is wrong. */
const MISFIT_COUNT = 64;

/** Reads the characters on screens whose text stands in cells: each cell exactly, no guesses. Remembers what fitted last. */
export class TextReader {
  readonly #fonts: readonly GlyphFont[];
  #last: Reading | undefined;

  /** By default all the fonts that are shipped. */
  constructor(fonts: readonly GlyphFont[] = shippedFonts) {
    this.#fonts = fonts;
  }

  /** What the picture says by the font and the grid that fit best. Look at `recognised` to see how well they do. */
  read(picture: Picture): TextScreen {
    const reading = this.#again(picture) ?? this.#anew(picture);
    if (!reading) return unread(picture);
    this.#last = reading;
    uncoverCursors(picture, reading);
    return screenOf(reading);
  }

  /** By the last layout, unless it fits much worse now. */
  #again(picture: Picture): Reading | undefined {
    if (!this.#last) return undefined;
    const reading = readLayout(picture, this.#last.layout);
    if (!reading || reading.known < GOOD_COUNT) return undefined;
    return shareOf(reading) >= shareOf(this.#last) * GOOD_SHARE ? reading : undefined;
  }

  #anew(picture: Picture): Reading | undefined {
    let best: Reading | undefined;
    for (const layout of this.#fonts.flatMap((font) => alignedLayouts(picture, font))) {
      const reading = readLayout(picture, layout);
      if (!reading || (best && recognisedArea(reading) <= recognisedArea(best))) continue;
      best = reading;
      if (isGood(reading)) return reading;
    }
    const found = findLayout(picture, this.#fonts);
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

/** Undefined when the font is seen to be wrong. */
function readLayout(picture: Picture, layout: Layout): Reading | undefined {
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
      else if (inked - known > MISFIT_COUNT && known < inked - known) return undefined;
    }
    cells.push(line);
  }
  return { layout, cells, inked, known };
}

function shareOf({ inked, known }: Reading): number {
  return inked === 0 ? 1 : known / inked;
}

function isGood(reading: Reading): boolean {
  return reading.known >= GOOD_COUNT && shareOf(reading) >= GOOD_SHARE;
}

/** In pixels, less where much is not recognised: small glyphs fit into many places by chance. */
function recognisedArea({ layout: { font }, inked, known }: Reading): number {
  return inked === 0 ? 0 : ((known * known) / inked) * font.width * font.height;
}

function uncoverCursors(picture: Picture, { layout: { font, left, top }, cells, inked, known }: Reading): void {
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

/** Consoles begin in the corner; what does not divide the screen may also be centred. */
function alignedLayouts(picture: Picture, font: GlyphFont): Layout[] {
  const left = (picture.width % font.width) >> 1;
  const top = (picture.height % font.height) >> 1;
  const corner = { font, left: 0, top: 0 };
  return left === 0 && top === 0 ? [corner] : [corner, { font, left, top }];
}

/** How many places with ink are looked at to find where the cells begin. */
const SAMPLES = 96;
/** A prime above it: its multiples reach every one of fewer samples. */
const COPRIME = 97;

/** The fonts and grid by which most of some places that show ink are glyphs: text in a window begins anywhere. */
function findLayout(picture: Picture, fonts: readonly GlyphFont[]): Layout | undefined {
  const samples = inkSamples(picture);
  let best: Layout | undefined;
  let bestCount = 2;
  for (const font of fonts) {
    const reader = new CellReader(picture, font);
    for (let top = 0; top < font.height; top++) {
      for (let left = 0; left < font.width; left++) {
        let count = 0;
        for (const [i, sample] of samples.entries()) {
          if (count + samples.length - i <= bestCount) break;
          if (
            showsGlyph(
              reader,
              picture,
              left + floorTo(sample.x - left, font.width),
              top + floorTo(sample.y - top, font.height),
            )
          )
            count++;
        }
        if (count <= bestCount) continue;
        bestCount = count;
        best = { font, left, top };
      }
    }
  }
  return best;
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

function showsGlyph(reader: CellReader, picture: Picture, x: number, y: number): boolean {
  const { width, height } = reader.font;
  if (x < 0 || y < 0 || x + width > picture.width || y + height > picture.height) return false;
  const character = reader.read(x, y);
  return character !== UNKNOWN && character !== ' ';
}

/** Places where the colour changes, spread over the picture. */
function inkSamples(picture: Picture): { readonly x: number; readonly y: number }[] {
  const { width, height } = picture;
  const pixels = pixelsOf(picture);
  const edges: { x: number; y: number }[] = [];
  for (let y = 0; y < height; y += 3) {
    for (let x = 1; x < width; x++) {
      const at = y * width + x;
      if (pixels[at] !== pixels[at - 1]) edges.push({ x, y });
    }
  }
  const step = Math.max(1, edges.length / SAMPLES);
  const spread = Array.from({ length: Math.min(SAMPLES, edges.length) }, (_, i) => edges[Math.floor(i * step)]);
  // In an order that jumps about, so that a few of them already tell; without chance, so that all readings are alike.
  return spread.map((_, i) => spread[(i * COPRIME) % spread.length]).filter((sample) => sample !== undefined);
}
