import type { Picture } from '../../src/automation/picture.ts';
import type { GlyphFont } from '../../src/fonts/glyph-font.ts';

export interface TextPictureOptions {
  readonly width: number;
  readonly height: number;
  readonly left?: number;
  readonly top?: number;
  /** 0xAABBGGRR. */
  readonly ink?: number;
  readonly paper?: number;
}

/** A picture of lines in a font, as a text console shows them. The first glyph of a character counts. */
export function textPicture(font: GlyphFont, lines: readonly string[], options: TextPictureOptions): Picture {
  const { width, height, left = 0, top = 0, ink = 0xffaaaaaa, paper = 0xff000000 } = options;
  const pixels = new Uint32Array(width * height).fill(paper);
  for (const [row, line] of lines.entries()) {
    for (const [column, character] of [...line].entries()) {
      const rows = font.glyphs.find((glyph) => glyph.character === character)?.rows;
      if (!rows && character !== ' ') throw new RangeError(`${font.name} has no ${character}`);
      rows?.forEach((bits, y) => {
        for (let x = 0; x < font.width; x++) {
          if ((bits >> (font.width - 1 - x)) & 1) {
            pixels[(top + row * font.height + y) * width + left + column * font.width + x] = ink;
          }
        }
      });
    }
  }
  return { width, height, rgba: new Uint8Array(pixels.buffer), fresh: true };
}
