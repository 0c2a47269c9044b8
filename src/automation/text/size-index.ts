import type { GlyphFont } from '../../fonts/glyph-font.ts';

interface IndexedGlyph {
  /** Of its font, among those of this size. */
  readonly font: number;
  readonly rows: Uint32Array;
}

// FNV-1a, row by row.
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;
const MIDDLES = 1 << 14;

/** The glyphs of all fonts of one size by their look, whichever of the two colours is the ink. */
export class SizeIndex {
  readonly width: number;
  readonly height: number;
  readonly fonts: readonly GlyphFont[];
  /** A row of ink. */
  readonly full: number;
  #byHash: Map<number, IndexedGlyph[]> | undefined;
  /** 1 for each look of the rows in the middle that a glyph has: most cells that are none have another. */
  readonly #middles = new Uint8Array(MIDDLES);

  constructor(fonts: readonly [GlyphFont, ...GlyphFont[]]) {
    this.fonts = fonts;
    this.width = fonts[0].width;
    this.height = fonts[0].height;
    this.full = 0xffffffff >>> (32 - this.width);
  }

  /** Fonts of one size are looked for together. In the order of the first of each. */
  static of(fonts: readonly GlyphFont[]): SizeIndex[] {
    const sizes = new Map<string, [GlyphFont, ...GlyphFont[]]>();
    for (const font of fonts) {
      const size = `${font.width}x${font.height}`;
      const others = sizes.get(size);
      if (others) others.push(font);
      else sizes.set(size, [font]);
    }
    return [...sizes.values()].map((each) => new SizeIndex(each));
  }

  /**
   * Adds 1 for each font, from `at` on, that has a glyph of the look of a cell, whichever of its two colours is the ink. `bits`
   * may hold more than the cell: its rows begin at `from`, and it ends `shift` bits from the right. The inner loop of a search.
   */
  count(bits: Uint32Array, from: number, shift: number, counts: Uint16Array, at: number): void {
    this.#byHash ??= this.#load();
    const { height, full } = this;
    const invert = this.#inversion((bits[from] ?? 0) >>> shift);
    if (this.#middles[middleOf(bits, from + (height >> 1), shift, full, invert)] === 0) return;
    let hash = HASH_START;
    let ink = 0;
    for (let i = from; i < from + height; i++) {
      const row = (((bits[i] ?? 0) >>> shift) & full) ^ invert;
      ink |= row;
      hash = Math.imul(hash ^ row, HASH_FACTOR);
    }
    const alike = ink === 0 ? undefined : this.#byHash.get(small(hash));
    if (!alike) return;
    for (const { font, rows } of alike) {
      const same = rows.every((row, i) => row === ((((bits[from + i] ?? 0) >>> shift) & full) ^ invert) >>> 0);
      if (same) counts[at + font] = (counts[at + font] ?? 0) + 1;
    }
  }

  /** So that the upper left pixel is paper. */
  #inversion(firstRow: number): number {
    return (firstRow >>> (this.width - 1)) & 1 ? this.full : 0;
  }

  #load(): Map<number, IndexedGlyph[]> {
    const byHash = new Map<number, IndexedGlyph[]>();
    for (const [font, { glyphs }] of this.fonts.entries()) {
      for (const glyph of glyphs) {
        const invert = this.#inversion(glyph.rows[0] ?? 0);
        const rows = glyph.rows.map((row) => row ^ invert);
        const hash = small(rows.reduce((sum, row) => Math.imul(sum ^ row, HASH_FACTOR), HASH_START));
        const same = byHash.get(hash) ?? [];
        if (same.some((other) => other.font === font && other.rows.every((row, i) => row === rows[i]))) continue;
        byHash.set(hash, [...same, { font, rows }]);
        this.#middles[middleOf(rows, this.height >> 1, 0, this.full, 0)] = 1;
      }
    }
    return byHash;
  }
}

/** Of three rows around this one, a number below `MIDDLES`. */
function middleOf(bits: Uint32Array, row: number, shift: number, full: number, invert: number): number {
  const before = (((bits[row - 1] ?? 0) >>> shift) & full) ^ invert;
  const middle = (((bits[row] ?? 0) >>> shift) & full) ^ invert;
  const behind = (((bits[row + 1] ?? 0) >>> shift) & full) ^ invert;
  const hash = Math.imul(Math.imul(before, HASH_FACTOR) ^ middle, HASH_FACTOR) ^ behind;
  return (hash ^ (hash >>> 14)) & (MIDDLES - 1);
}

/** A small integer costs no allocation. */
function small(hash: number): number {
  return hash & 0x3fffffff;
}
