import type { ByteReader } from '../../bytes/byte-reader.ts';
import { ProtocolError } from '../../errors.ts';
import { describeRect, type Rect } from '../rect.ts';
import type { DecodeTarget } from './encoding.ts';
import { readPixels, unpackIndices } from './pixel-block.ts';
import { tilesOf } from './tiles.ts';

const RAW = 0;
const SOLID = 1;
const MAX_PACKED_PALETTE = 16;
const REUSE_PACKED_PALETTE = 127;
const PLAIN_RLE = 128;
const REUSE_PALETTE_RLE = 129;
const MAX_PALETTE = 127;

export interface TileRules {
  /** The encoding's name, for messages. */
  readonly name: string;
  readonly side: number;
  /** Whether a tile may use the palette of the one before it: TRLE's 127 and 129. */
  readonly reuse: boolean;
}

/** The tiles of TRLE (RFC 6143 §7.7.5) and ZRLE (§7.7.6). */
export async function decodeTiles(
  reader: ByteReader,
  rect: Rect,
  target: DecodeTarget,
  rules: TileRules,
): Promise<void> {
  const tiles = new TileDecoder(reader, target, rules);
  for (const tile of tilesOf(rect, rules.side)) {
    if (!reader.has(1)) await reader.need(1);
    await tiles.decode(tile, reader.u8());
  }
}

/** The most bytes that the tiles of a rectangle can take: every pixel a run of its own, in every tile a palette. */
export function maxTilesLength(rect: Rect, side: number, bytesPerCpixel: number): number {
  const tileCount = Math.ceil(rect.width / side) * Math.ceil(rect.height / side);
  return rect.width * rect.height * (bytesPerCpixel + 1) + tileCount * (1 + MAX_PALETTE * bytesPerCpixel);
}

class TileDecoder {
  readonly #reader: ByteReader;
  readonly #target: DecodeTarget;
  readonly #rules: TileRules;
  readonly #colours: Uint32Array;
  readonly #palette = new Uint32Array(MAX_PALETTE);
  /** 0 when no tile has had a palette. */
  #paletteSize = 0;

  constructor(reader: ByteReader, target: DecodeTarget, rules: TileRules) {
    this.#reader = reader;
    this.#target = target;
    this.#rules = rules;
    this.#colours = new Uint32Array(rules.side * rules.side);
  }

  async decode(tile: Rect, subencoding: number): Promise<void> {
    const { framebuffer } = this.#target;
    if (subencoding === SOLID) {
      await this.#readColours(1);
      framebuffer.fill(tile, this.#colours[0] ?? 0);
      return;
    }
    if (subencoding === RAW) {
      await this.#readColours(tile.width * tile.height);
    } else if (subencoding === PLAIN_RLE) {
      await this.#plainRle(tile);
    } else {
      await this.#choosePalette(tile, subencoding);
      if (subencoding < PLAIN_RLE) await this.#packed(tile, subencoding);
      else await this.#paletteRle(tile);
    }
    framebuffer.blit(tile, this.#colours);
  }

  async #readColours(count: number, into = this.#colours): Promise<void> {
    const { pixels } = this.#target;
    const length = count * pixels.bytesPerCpixel;
    if (!this.#reader.has(length)) await this.#reader.need(length);
    readPixels(pixels, 'cpixel', this.#reader.dataView(length), into, count);
  }

  async #choosePalette(tile: Rect, subencoding: number): Promise<void> {
    if (subencoding === REUSE_PACKED_PALETTE || subencoding === REUSE_PALETTE_RLE) {
      if (!this.#rules.reuse) throw this.#bad(tile, subencoding, 'palettes are never reused in it');
      if (this.#paletteSize === 0) throw this.#bad(tile, subencoding, 'no tile before it has a palette');
      return;
    }
    const size = subencoding < PLAIN_RLE ? subencoding : subencoding - PLAIN_RLE;
    if (subencoding < PLAIN_RLE && size > MAX_PACKED_PALETTE) {
      throw this.#bad(tile, subencoding, '17 to 126 are not defined');
    }
    await this.#readColours(size, this.#palette);
    this.#paletteSize = size;
  }

  async #packed(tile: Rect, subencoding: number): Promise<void> {
    const size = this.#paletteSize;
    if (size > MAX_PACKED_PALETTE) {
      throw this.#bad(tile, subencoding, `the palette has ${size} colours, packed are at most ${MAX_PACKED_PALETTE}`);
    }
    const bits = size <= 2 ? 1 : size <= 4 ? 2 : 4;
    const length = Math.ceil((tile.width * bits) / 8) * tile.height;
    if (!this.#reader.has(length)) await this.#reader.need(length);
    const packed = this.#reader.view(length);
    const wrong = unpackIndices(packed, bits, tile.width, tile.height, this.#palette, size, this.#colours);
    if (wrong !== undefined) throw this.#badIndex(tile, wrong);
  }

  async #plainRle(tile: Rect): Promise<void> {
    const reader = this.#reader;
    const { pixels } = this.#target;
    const { bytesPerCpixel } = pixels;
    const area = tile.width * tile.height;
    for (let at = 0; at < area; ) {
      if (!reader.has(bytesPerCpixel + 1)) await reader.need(bytesPerCpixel + 1);
      const colour = pixels.cpixel(reader.dataView(bytesPerCpixel), 0);
      let byte = reader.u8();
      let end = at + 1 + byte;
      while (byte === 255 && end <= area) {
        if (!reader.has(1)) await reader.need(1);
        byte = reader.u8();
        end += byte;
      }
      at = this.#fillRun(tile, at, end, colour);
    }
  }

  async #paletteRle(tile: Rect): Promise<void> {
    const reader = this.#reader;
    const area = tile.width * tile.height;
    for (let at = 0; at < area; ) {
      if (!reader.has(1)) await reader.need(1);
      const first = reader.u8();
      const index = first & 127;
      if (index >= this.#paletteSize) throw this.#badIndex(tile, index);
      const colour = this.#palette[index] ?? 0;
      let end = at + 1;
      if (first & 128) {
        let byte = 255;
        while (byte === 255 && end <= area) {
          if (!reader.has(1)) await reader.need(1);
          byte = reader.u8();
          end += byte;
        }
      }
      at = this.#fillRun(tile, at, end, colour);
    }
  }

  #fillRun(tile: Rect, at: number, end: number, colour: number): number {
    if (end > tile.width * tile.height) {
      throw new ProtocolError(
        'BAD_LENGTH',
        `${this.#rules.name} run of ${end - at} or more pixels begins at pixel ${at} of tile ${describeRect(tile)}`,
      );
    }
    if (end - at > 16) this.#colours.fill(colour, at, end);
    else for (let i = at; i < end; i++) this.#colours[i] = colour;
    return end;
  }

  #badIndex(tile: Rect, index: number): ProtocolError {
    return new ProtocolError(
      'BAD_SUBENCODING',
      `${this.#rules.name} palette index ${index} in tile ${describeRect(tile)}, the palette has ${this.#paletteSize} colours`,
    );
  }

  #bad(tile: Rect, subencoding: number, why: string): ProtocolError {
    return new ProtocolError(
      'BAD_SUBENCODING',
      `${this.#rules.name} subencoding ${subencoding} in tile ${describeRect(tile)}: ${why}`,
    );
  }
}
