/** A font of fixed cells, each glyph a bitmap. */
export interface GlyphFont {
  readonly name: string;
  /** Of a cell, in pixels; at most 16 wide. */
  readonly width: number;
  readonly height: number;
  /** The character whose bitmap this is, if the font has it. One number a row, the leftmost pixel in the highest bit. */
  find(rows: Uint16Array): string | undefined;
  /** Every glyph that is not blank: its character and its rows. */
  readonly glyphs: readonly Glyph[];
}

export interface Glyph {
  readonly character: string;
  readonly rows: Uint16Array;
}

interface GlyphFontData {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** In the order of the bitmaps. */
  readonly codePoints: readonly number[];
  /** Base64 of the bitmaps: rows top-down, one or two bytes each, the leftmost pixel in the highest bit. */
  readonly rows: string;
}

/** Decoded when first used: most fonts of a registry never are. */
export function glyphFont({ name, width, height, codePoints, rows }: GlyphFontData): GlyphFont {
  return lazyFont(name, width, height, () => {
    const bytes = Buffer.from(rows, 'base64');
    const rowLength = Math.ceil(width / 8);
    return codePoints.map((codePoint, i) => ({
      character: String.fromCodePoint(codePoint),
      rows: Uint16Array.from({ length: height }, (_, row) => {
        const at = (i * height + row) * rowLength;
        return bytes.readUIntBE(at, rowLength) >>> (8 * rowLength - width);
      }),
    }));
  });
}

/**
 * The same in cells of nine pixels, as VGA shows text: the ninth is background, but for characters that join to lines, where
 * it may repeat the eighth: C0h to DFh of code page 437 on hardware, B0h to DFh on QEMU, none where the guest wants it so.
 */
export function withNinthColumn(font: GlyphFont, joined: ReadonlySet<string>): GlyphFont {
  return lazyFont(font.name.replace('8x', '9x'), 9, font.height, () =>
    font.glyphs.flatMap(({ character, rows }) => [
      { character, rows: rows.map((row) => row << 1) },
      ...(joined.has(character) ? [{ character, rows: rows.map((row) => (row << 1) | (row & 1)) }] : []),
    ]),
  );
}

/** Both weights as one font: a terminal shows bold text among the rest, in cells of the same size. */
export function withBold(regular: GlyphFont, bold: GlyphFont): GlyphFont {
  const { name, width, height } = regular;
  return lazyFont(name, width, height, () => [...regular.glyphs, ...bold.glyphs]);
}

/** [first, last, first, last, …], both inclusive. */
export function ranges(bounds: readonly number[]): readonly number[] {
  const codePoints: number[] = [];
  for (let i = 0; i + 1 < bounds.length; i += 2) {
    for (let code = bounds[i] ?? 0; code <= (bounds[i + 1] ?? 0); code++) codePoints.push(code);
  }
  return codePoints;
}

/** Of a bitmap's rows, to look it up by. */
function hashRows(rows: Uint16Array): number {
  let hash = 0x811c9dc5;
  for (const row of rows) hash = Math.imul(hash ^ row, 0x01000193);
  return hash;
}

function lazyFont(name: string, width: number, height: number, load: () => readonly Glyph[]): GlyphFont {
  let glyphs: readonly Glyph[] | undefined;
  let byHash: Map<number, Glyph[]> | undefined;
  const all = () => {
    // Blank ones are spaces to the eye; of two with the same look the first is meant.
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
