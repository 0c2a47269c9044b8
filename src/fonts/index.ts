import { consoleFixed8x13 } from './console-fixed-8x13.ts';
import { consoleFixed8x14 } from './console-fixed-8x14.ts';
import { consoleFixed8x15 } from './console-fixed-8x15.ts';
import { consoleFixed8x16 } from './console-fixed-8x16.ts';
import { consoleFixed8x18 } from './console-fixed-8x18.ts';
import { consoleVga8x8 } from './console-vga-8x8.ts';
import { consoleVga8x14 } from './console-vga-8x14.ts';
import { consoleVga8x16 } from './console-vga-8x16.ts';
import { doubled, type GlyphFont, withBold, withNinthColumn } from './glyph-font.ts';
import { linux8x16 } from './linux-8x16.ts';
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
import { ter6x12 } from './ter-6x12.ts';
import { ter8x14 } from './ter-8x14.ts';
import { ter8x16 } from './ter-8x16.ts';
import { ter10x18 } from './ter-10x18.ts';
import { ter10x20 } from './ter-10x20.ts';
import { ter11x22 } from './ter-11x22.ts';
import { ter12x24 } from './ter-12x24.ts';
import { ter14x28 } from './ter-14x28.ts';
import { ter16x32 } from './ter-16x32.ts';
import { terBold8x14 } from './ter-bold-8x14.ts';
import { terBold8x16 } from './ter-bold-8x16.ts';
import { terBold10x18 } from './ter-bold-10x18.ts';
import { terBold10x20 } from './ter-bold-10x20.ts';
import { terBold11x22 } from './ter-bold-11x22.ts';
import { terBold12x24 } from './ter-bold-12x24.ts';
import { terBold14x28 } from './ter-bold-14x28.ts';
import { terBold16x32 } from './ter-bold-16x32.ts';
import { terBoldVga8x14 } from './ter-bold-vga-8x14.ts';
import { terBoldVga8x16 } from './ter-bold-vga-8x16.ts';
import { unifont8x16 } from './unifont-8x16.ts';
import { vga8x8 } from './vga-8x8.ts';
import { vga8x14 } from './vga-8x14.ts';
import { vga8x16 } from './vga-8x16.ts';

/** What VGA's text modes are given, by the firmware or by the guest: cells of nine pixels or of eight. */
const inTextModes: readonly GlyphFont[] = [
  ...[vga8x16, vga8x14, vga8x8],
  ...[consoleFixed8x16, consoleVga8x16, ter8x16, terBold8x16, terBoldVga8x16],
  ...[consoleFixed8x14, consoleVga8x14, ter8x14, terBold8x14, terBoldVga8x14],
  consoleVga8x8,
];

/** Every font that text is read by: of two that read a screen equally well, the first is meant. */
export const fonts: readonly GlyphFont[] = [
  ...inTextModes.flatMap((font) => [withNinthColumn(font), font]),
  ...[linux8x16, unifont8x16],
  ...[consoleFixed8x13, consoleFixed8x15, consoleFixed8x18],
  ...[ter6x12, ter10x18, ter10x20, ter11x22, ter12x24, ter14x28, ter16x32],
  ...[terBold10x18, terBold10x20, terBold11x22, terBold12x24, terBold14x28, terBold16x32],
  ...[doubled(consoleVga8x14), doubled(consoleVga8x16)],
  withBold(miscFixed6x13, miscFixed6x13b),
  withBold(miscFixed7x13, miscFixed7x13b),
  withBold(miscFixed8x13, miscFixed8x13b),
  withBold(miscFixed9x15, miscFixed9x15b),
  miscFixed10x20,
  miscFixed6x10,
  miscFixed5x7,
];
