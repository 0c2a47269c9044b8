import { MAX_GLYPH_WIDTH } from '../../../fonts/glyph-font.ts';
import { UsageError } from '../../../rfb/errors.ts';

const MAX_GLYPH_HEIGHT = 64;

export function badFont(name: string, what: string): UsageError {
  return new UsageError('BAD_FONT', `${name}: ${what}`);
}

/** @throws UsageError `BAD_FONT` */
export function assertCell(name: string, { width, height }: { readonly width: number; readonly height: number }): void {
  if (width >= 1 && width <= MAX_GLYPH_WIDTH && height >= 1 && height <= MAX_GLYPH_HEIGHT) return;
  const wanted = `wanted at most ${MAX_GLYPH_WIDTH}x${MAX_GLYPH_HEIGHT}`;
  throw badFont(name, `its cells are ${width}x${height} pixels, ${wanted}`);
}
