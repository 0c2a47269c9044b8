import { CODE_PAGE_437 } from './code-page-437.ts';
import { type GlyphFont, withBold, withNinthColumn } from './glyph-font.ts';
import { miscFixed5x7 } from './misc-fixed-5x7.ts';
import { miscFixed6x10 } from './misc-fixed-6x10.ts';
import { miscFixed6x13 } from './misc-fixed-6x13.ts';
import { miscFixed6x13b } from './misc-fixed-6x13b.ts';
import { miscFixed7x13 } from './misc-fixed-7x13.ts';
import { miscFixed7x13b } from './misc-fixed-7x13b.ts';
import { miscFixed8x13 } from './misc-fixed-8x13.ts';
import { miscFixed8x13b } from './misc-fixed-8x13b.ts';
import { miscFixed9x15 } from './misc-fixed-9x15.ts';
import { miscFixed9x15b } from './misc-fixed-9x15b.ts';
import { miscFixed10x20 } from './misc-fixed-10x20.ts';
import { vga8x8 } from './vga-8x8.ts';
import { vga8x14 } from './vga-8x14.ts';
import { vga8x16 } from './vga-8x16.ts';

/** Those of code page 437 that some VGA draws into the ninth column. */
const JOINED = new Set(CODE_PAGE_437.slice(0xb0, 0xe0).map((codePoint) => String.fromCodePoint(codePoint)));

/** Every font that text is read by: of two that read a screen equally well, the first is meant. */
export const fonts: readonly GlyphFont[] = [
  withNinthColumn(vga8x16, JOINED),
  vga8x16,
  withNinthColumn(vga8x14, JOINED),
  vga8x14,
  withNinthColumn(vga8x8, JOINED),
  vga8x8,
  withBold(miscFixed6x13, miscFixed6x13b),
  withBold(miscFixed7x13, miscFixed7x13b),
  withBold(miscFixed8x13, miscFixed8x13b),
  withBold(miscFixed9x15, miscFixed9x15b),
  miscFixed10x20,
  miscFixed6x10,
  miscFixed5x7,
];
