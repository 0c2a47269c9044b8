import type { Glyph, GlyphFont } from '../../fonts/glyph-font.ts';
import { type Picture, pixelsOf } from '../picture.ts';

/** What stands for a cell that shows none of the font's glyphs. */
export const UNKNOWN = '\ufffd';

/** Reads single cells of a picture by one font: exactly, whatever the two colours of a cell. */
export class CellReader {
  readonly font: GlyphFont;
  readonly #pixels: Uint32Array;
  readonly #stride: number;
  readonly #rows: Uint16Array;
  readonly #full: number;

  constructor(picture: Picture, font: GlyphFont) {
    this.font = font;
    this.#pixels = pixelsOf(picture);
    this.#stride = picture.width;
    this.#rows = new Uint16Array(font.height);
    this.#full = (1 << font.width) - 1;
  }

  /** The character of the cell whose upper left pixel this is: a space when it is of one colour, `UNKNOWN` when none fits. */
  read(x: number, y: number): string {
    const ink = this.#trace(x, y);
    if (ink === 'none') return ' ';
    if (ink === 'several colours') return UNKNOWN;
    const plain = this.font.find(this.#rows);
    if (plain !== undefined) return plain;
    // Which of the two colours is the ink, the pixels do not say.
    this.#invert();
    return this.font.find(this.#rows) ?? UNKNOWN;
  }

  /** The character of a cell in which a line or a box as cursor covers a part of it, if that is what it is. Slow. */
  readBehindCursor(x: number, y: number): string | undefined {
    if (this.#trace(x, y) !== 'two colours') return undefined;
    const plain = this.#behindCursor();
    if (plain !== undefined) return plain;
    this.#invert();
    return this.#behindCursor();
  }

  #behindCursor(): string | undefined {
    const rows = this.#rows;
    return behind(this.font, rows, lineMask(rows, this.#full)) ?? behind(this.font, rows, boxMask(rows, this.#full));
  }

  /** Sets `#rows`: a pixel is ink when it differs from the cell's first. */
  #trace(x: number, y: number): 'none' | 'two colours' | 'several colours' {
    const { width, height } = this.font;
    const pixels = this.#pixels;
    let at = y * this.#stride + x;
    const background = pixels[at];
    let ink: number | undefined;
    for (let row = 0; row < height; row++, at += this.#stride) {
      let bits = 0;
      for (let column = 0; column < width; column++) {
        const pixel = pixels[at + column];
        bits <<= 1;
        if (pixel === background) continue;
        ink ??= pixel;
        if (pixel !== ink) return 'several colours';
        bits |= 1;
      }
      this.#rows[row] = bits;
    }
    return ink === undefined ? 'none' : 'two colours';
  }

  #invert(): void {
    for (let row = 0; row < this.#rows.length; row++) this.#rows[row] = (this.#rows[row] ?? 0) ^ this.#full;
  }
}

/** The first glyph that looks like this outside the mask; a space when there is nothing else. */
function behind({ glyphs }: GlyphFont, rows: Uint16Array, mask: readonly number[] | undefined): string | undefined {
  if (!mask) return undefined;
  const shows = (glyph: Glyph | undefined) =>
    rows.every((bits, row) => (bits & ~(mask[row] ?? 0)) === ((glyph?.rows[row] ?? 0) & ~(mask[row] ?? 0)));
  if (shows(undefined)) return ' ';
  return glyphs.find(shows)?.character;
}

/** Full rows side by side in the lower half: an underline cursor. */
function lineMask(rows: Uint16Array, full: number): readonly number[] | undefined {
  const last = rows.lastIndexOf(full);
  if (last < rows.length / 2) return undefined;
  let first = last;
  while (first > 0 && rows[first - 1] === full) first--;
  return first === 0 ? undefined : Array.from(rows, (_, row) => (row >= first && row <= last ? full : 0));
}

/** A frame around the cell: the cursor of a terminal that has no focus. */
function boxMask(rows: Uint16Array, full: number): readonly number[] | undefined {
  const sides = (full ^ (full >> 1)) | 1;
  const framed = rows[0] === full && rows.at(-1) === full && rows.every((bits) => (bits & sides) === sides);
  return framed ? Array.from(rows, (_, row) => (row === 0 || row === rows.length - 1 ? full : sides)) : undefined;
}
