import { consoleVga8x16 } from './console-vga-8x16.ts';
import { fontOf, type Glyph } from './glyph-font.ts';
import { vga8x16 } from './vga-8x16.ts';

/**
 * What Linux draws on a framebuffer until a program loads another font: VGA's letters, most as one of these two fonts has
 * them, and four that neither has. Those are drawn here.
 */
export const linux8x16 = fontOf('linux-8x16', 8, 16, () => [...drawn(), ...consoleVga8x16.glyphs, ...vga8x16.glyphs]);

function drawn(): Glyph[] {
  const rowsOf = (character: string) => vga8x16.glyphs.find((glyph) => glyph.character === character)?.rows ?? [];
  return [
    // A row higher, and a pixel to the right.
    { character: '~', rows: Uint32Array.of(...rowsOf('~').slice(1), 0) },
    { character: 'f', rows: Uint32Array.from(rowsOf('f'), (row) => row >> 1) },
    { character: '`', rows: strokes(1, 0b00110000, 0b00011000, 0b00001100) },
    { character: 'v', rows: strokes(5, 0xc6, 0xc6, 0xc6, 0xc6, 0xc6, 0b01101100, 0b00111000) },
  ];
}

function strokes(top: number, ...lines: readonly number[]): Uint32Array {
  const rows = new Uint32Array(16);
  rows.set(lines, top);
  return rows;
}
