import type { Glyph, GlyphFont } from '../../fonts/glyph-font.ts';
import type { Picture } from '../picture.ts';
import { CellTracer } from './cell-tracer.ts';

/** What stands for a cell that shows none of the font's glyphs. */
export const UNKNOWN = '\ufffd';

/** Reads single cells of a picture by one font: exactly, whatever the two colours of a cell. */
export class CellReader {
  readonly font: GlyphFont;
  readonly #tracer: CellTracer;

  constructor(picture: Picture, font: GlyphFont) {
    this.font = font;
    this.#tracer = new CellTracer(picture, font);
  }

  /** The character of the cell whose upper left pixel this is: a space when it is of one colour, `UNKNOWN` when none fits. */
  read(x: number, y: number): string {
    const look = this.#tracer.trace(x, y);
    if (look === 'none') return ' ';
    return (look === 'two colours' ? glyphOf(this.#tracer, this.font) : undefined) ?? UNKNOWN;
  }

  /** The character of a cell in which a line or a box as cursor covers a part of it, if that is what it is. Slow. */
  readBehindCursor(x: number, y: number): string | undefined {
    if (this.#tracer.trace(x, y) !== 'two colours') return undefined;
    const plain = this.#behindCursor();
    if (plain !== undefined) return plain;
    this.#tracer.invert();
    return this.#behindCursor();
  }

  #behindCursor(): string | undefined {
    const { rows, full } = this.#tracer;
    return behind(this.font, rows, lineMask(rows, full)) ?? behind(this.font, rows, boxMask(rows, full));
  }
}

/** Of the cell traced last, in either sense of ink and paper. */
export function glyphOf(tracer: CellTracer, font: GlyphFont): string | undefined {
  const plain = font.find(tracer.rows);
  if (plain !== undefined) return plain;
  tracer.invert();
  return font.find(tracer.rows);
}

/** The first glyph that looks like this outside the mask; a space when there is nothing else. */
function behind({ glyphs }: GlyphFont, rows: Uint32Array, mask: readonly number[] | undefined): string | undefined {
  if (!mask) return undefined;
  const shows = (glyph: Glyph | undefined) =>
    rows.every((bits, row) => (bits & ~(mask[row] ?? 0)) === ((glyph?.rows[row] ?? 0) & ~(mask[row] ?? 0)));
  if (shows(undefined)) return ' ';
  return glyphs.find(shows)?.character;
}

/** Full rows side by side in the lower half: an underline cursor. */
function lineMask(rows: Uint32Array, full: number): readonly number[] | undefined {
  const last = rows.lastIndexOf(full);
  if (last < rows.length / 2) return undefined;
  let first = last;
  while (first > 0 && rows[first - 1] === full) first--;
  return first === 0 ? undefined : Array.from(rows, (_, row) => (row >= first && row <= last ? full : 0));
}

/** A frame around the cell: the cursor of a terminal that has no focus. */
function boxMask(rows: Uint32Array, full: number): readonly number[] | undefined {
  const sides = (full ^ (full >>> 1)) | 1;
  const framed = rows[0] === full && rows.at(-1) === full && rows.every((bits) => (bits & sides) >>> 0 === sides >>> 0);
  return framed ? Array.from(rows, (_, row) => (row === 0 || row === rows.length - 1 ? full : sides)) : undefined;
}
