import { inflateRawSync } from 'node:zlib';

/** A font of fixed cells, each glyph a bitmap. */
export interface GlyphFont {
  readonly name: string;
  /** Of a cell, in pixels; at most 32 wide. */
  readonly width: number;
  readonly height: number;
  /** The character whose bitmap this is, if the font has it. One number a row, the leftmost pixel in the highest bit. */
  find(rows: Uint32Array): string | undefined;
  /** Every glyph that is not blank: its character and its rows. */
  readonly glyphs: readonly Glyph[];
}

export interface Glyph {
  readonly character: string;
  readonly rows: Uint32Array;
}

export const MAX_GLYPH_WIDTH = 32;

interface GlyphFontData {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** In the order of the bitmaps. */
  readonly codePoints: readonly number[];
  /** Base64 of the deflated bitmaps: rows top-down, in whole bytes each, the leftmost pixel in the highest bit. */
  readonly rows: string;
}

/** Decoded when first used: most fonts of a registry never are. */
export function glyphFont({ name, width, height, codePoints, rows }: GlyphFontData): GlyphFont {
  return fontOf(name, width, height, () => {
    const bytes = inflateRawSync(Buffer.from(rows, 'base64'));
    const size = height * Math.ceil(width / 8);
    return codePoints.map((codePoint, i) => ({
      character: String.fromCodePoint(codePoint),
      rows: glyphRows(bytes.subarray(i * size, (i + 1) * size), width, height),
    }));
  });
}

/** A bitmap's rows from its bytes, each row in whole ones. */
export function glyphRows(bytes: Uint8Array, width: number, height: number): Uint32Array {
  const length = Math.ceil(width / 8);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from(
    { length: height },
    (_, row) => view.readUIntBE(row * length, length) >>> (8 * length - width),
  );
}

/**
 * The same in cells of nine pixels, as VGA shows text: the ninth is background, but for characters that join to lines, where
 * it may repeat the eighth: C0h to DFh of code page 437 on hardware, B0h to DFh on QEMU, none where the guest wants it so.
 */
export function withNinthColumn(font: GlyphFont): GlyphFont {
  return fontOf(font.name.replace('8x', '9x'), 9, font.height, () =>
    font.glyphs.flatMap(({ character, rows }) => [
      { character, rows: rows.map((row) => row << 1) },
      ...(isJoined(character) ? [{ character, rows: rows.map((row) => (row << 1) | (row & 1)) }] : []),
    ]),
  );
}

/** The same in cells twice as wide and high. */
export function doubled(font: GlyphFont): GlyphFont {
  const { name, width, height } = font;
  return fontOf(name.replace(`${width}x${height}`, `${2 * width}x${2 * height}`), 2 * width, 2 * height, () =>
    font.glyphs.map(({ character, rows }) => ({
      character,
      rows: Uint32Array.from({ length: 2 * height }, (_, row) => widened(rows[row >> 1] ?? 0, width)),
    })),
  );
}

/** Both weights as one font: a terminal shows bold text among the rest, in cells of the same size. */
export function withBold(regular: GlyphFont, bold: GlyphFont): GlyphFont {
  const { name, width, height } = regular;
  return fontOf(name, width, height, () => [...regular.glyphs, ...bold.glyphs]);
}

/** [first, last, first, last, …], both inclusive. */
export function ranges(bounds: readonly number[]): readonly number[] {
  const codePoints: number[] = [];
  for (let i = 0; i + 1 < bounds.length; i += 2) {
    for (let code = bounds[i] ?? 0; code <= (bounds[i + 1] ?? 0); code++) codePoints.push(code);
  }
  return codePoints;
}

/** A font of these glyphs, which are asked for when first used. Of two with the same look the first is meant. */
export function fontOf(name: string, width: number, height: number, load: () => readonly Glyph[]): GlyphFont {
  let glyphs: readonly Glyph[] | undefined;
  let byHash: Map<number, Glyph[]> | undefined;
  const all = () => {
    // Blank ones are spaces to the eye.
    glyphs ??= load().filter(({ rows }) => rows.some((row) => row !== 0));
    return glyphs;
  };
  return {
    name,
    width,
    height,
    get glyphs() {
      return all();
    },
    find(rows) {
      byHash ??= groupByHash(all());
      const candidates = byHash.get(hashRows(rows));
      return candidates?.find((glyph) => glyph.rows.every((row, i) => row === rows[i]))?.character;
    },
  };
}

/** Box drawing and blocks. */
function isJoined(character: string): boolean {
  return character >= '\u2500' && character <= '\u259f';
}

/** Every bit twice. */
function widened(row: number, width: number): number {
  let wide = 0;
  for (let bit = 0; bit < width; bit++) wide |= ((row >> bit) & 1) * (3 << (2 * bit));
  return wide;
}

/** Of a bitmap's rows, to look it up by. */
function hashRows(rows: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < rows.length; i++) hash = Math.imul(hash ^ (rows[i] ?? 0), 0x01000193);
  // A small integer, which costs no allocation.
  return hash & 0x3fffffff;
}

function groupByHash(glyphs: readonly Glyph[]): Map<number, Glyph[]> {
  const groups = new Map<number, Glyph[]>();
  for (const glyph of glyphs) {
    const hash = hashRows(glyph.rows);
    const group = groups.get(hash);
    if (group) group.push(glyph);
    else groups.set(hash, [glyph]);
  }
  return groups;
}
