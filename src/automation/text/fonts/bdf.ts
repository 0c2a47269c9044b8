import { fontOf, type Glyph, type GlyphFont } from '../../../fonts/glyph-font.ts';
import { byPreference } from '../../../fonts/preference.ts';
import { assertCell, badFont } from './bad-font.ts';
import { placed } from './placed.ts';

interface BdfGlyph {
  readonly codePoint: number;
  readonly advance: number;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly bottom: number;
  /** In hexadecimal digits. */
  readonly rows: readonly string[];
}

export function isBdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 9)).toString('latin1') === 'STARTFONT';
}

/**
 * A font in Adobe's Glyph Bitmap Distribution Format, version 2.1. Its cells are as wide as most of its glyphs; what is wider
 * is left out.
 * @throws UsageError `BAD_FONT`
 */
export function parseBdf(text: string, name: string): GlyphFont {
  const [, boxHeight = 0, boxBottom = 0] = numbers(text, /^FONTBOUNDINGBOX (\d+) (\d+) -?\d+ (-?\d+)/m);
  const [ascent = boxHeight + boxBottom] = numbers(text, /^FONT_ASCENT (-?\d+)/m);
  const [descent = -boxBottom] = numbers(text, /^FONT_DESCENT (-?\d+)/m);
  const glyphs = text
    .split(/^STARTCHAR/m)
    .slice(1)
    .flatMap(readGlyph);
  if (glyphs.length === 0) throw badFont(name, 'it has no glyph with a number');
  const cell = { width: commonest(glyphs.map(({ advance }) => advance)), height: ascent + descent };
  assertCell(name, cell);
  return fontOf(name, cell.width, cell.height, () =>
    glyphs
      .filter(({ advance }) => advance === cell.width)
      .sort((a, b) => byPreference(a.codePoint, b.codePoint))
      .map((glyph) => glyphOf(glyph, cell, ascent)),
  );
}

/** A font as BDF, for other programs too. */
export function formatBdf({ name, width, height, glyphs }: GlyphFont): string {
  const digits = Math.ceil(width / 8) * 2;
  const head = [
    'STARTFONT 2.1',
    `FONT ${name.replaceAll(/\s+/g, '-') || 'font'}`,
    `SIZE ${height} 75 75`,
    `FONTBOUNDINGBOX ${width} ${height} 0 0`,
    'STARTPROPERTIES 2',
    `FONT_ASCENT ${height}`,
    'FONT_DESCENT 0',
    'ENDPROPERTIES',
    `CHARS ${glyphs.length}`,
  ];
  const body = glyphs.flatMap(({ character, rows }) => {
    const codePoint = character.codePointAt(0) ?? 0;
    return [
      `STARTCHAR U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`,
      `ENCODING ${codePoint}`,
      `SWIDTH 1000 0`,
      `DWIDTH ${width} 0`,
      `BBX ${width} ${height} 0 0`,
      'BITMAP',
      ...Array.from(rows, (row) => (row * 2 ** (digits * 4 - width)).toString(16).toUpperCase().padStart(digits, '0')),
      'ENDCHAR',
    ];
  });
  return `${[...head, ...body, 'ENDFONT'].join('\n')}\n`;
}

function readGlyph(text: string): BdfGlyph[] {
  const [codePoint = -1] = numbers(text, /^ENCODING (-?\d+)/m);
  const [width, height, left = 0, bottom = 0] = numbers(text, /^BBX (\d+) (\d+) (-?\d+) (-?\d+)/m);
  const [, bitmap = ''] = /^BITMAP\s*\n([\da-fA-F\s]*?)^ENDCHAR/m.exec(text) ?? [];
  if (codePoint < 0 || codePoint > 0x10ffff || width === undefined || height === undefined) return [];
  const [advance = width] = numbers(text, /^DWIDTH (\d+)/m);
  return [{ codePoint, advance, width, height, left, bottom, rows: bitmap.split(/\s+/).slice(0, height) }];
}

function glyphOf(
  { codePoint, width, height, left, bottom, rows }: BdfGlyph,
  cell: { readonly width: number; readonly height: number },
  ascent: number,
): Glyph {
  const bit = (x: number, y: number) => ((Number.parseInt(rows[y]?.[x >> 2] ?? '0', 16) << (x & 3)) & 8) !== 0;
  const at = { left, top: ascent - bottom - height };
  return { character: String.fromCodePoint(codePoint), rows: placed({ width, height, bit }, at, cell) };
}

/** The groups of the first match; none without one. */
function numbers(text: string, pattern: RegExp): number[] {
  return (pattern.exec(text) ?? []).slice(1).map(Number);
}

function commonest(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0])[0];
}
