import type { Glyph as FontGlyph } from '../fonts/glyph-font.ts';
import { vga8x16 as font } from '../fonts/vga-8x16.ts';

export const GLYPH_WIDTH = font.width;
export const GLYPH_HEIGHT = font.height;

/** A row each from the top; bit 7 is the leftmost pixel. */
export type Glyph = FontGlyph['rows'];

/** The PC's own typeface, so that what reads real consoles reads these; a box for what it does not have. */
export function glyph(character: string): Glyph {
  if (character === ' ') return BLANK;
  glyphs ??= new Map(font.glyphs.map(({ character: of, rows }) => [of, rows]));
  return glyphs.get(character) ?? glyphs.get('■') ?? BLANK;
}

const BLANK: Glyph = new Uint32Array(GLYPH_HEIGHT);
let glyphs: Map<string, Glyph> | undefined;
