import { bitRows, indexRows, Nibble, Pair } from './indices';
import {
  fail,
  NEED_MORE,
  PALETTE,
  PALETTE_MISSING,
  PALETTE_REUSED,
  PALETTE_TOO_BIG,
  RUN_TOO_LONG,
  s,
  setSignal,
  SUBENCODING_UNDEFINED,
  TILE,
  TILE_INDEX,
} from './layout';
import {
  addressOf,
  ANY_FOUR,
  AnyFour,
  AnyThree,
  BGR,
  Bgr,
  BGRX,
  Bgrx,
  Byte,
  BYTE,
  bytesOf,
  convert,
  fill,
  pixelAt,
  RGB,
  Rgb,
  RGBX,
  Rgbx,
  Word,
  WORD,
} from './pixels';

const RAW: i32 = 0;
const SOLID: i32 = 1;
const MAX_PACKED_PALETTE: i32 = 16;
const REUSE_PACKED_PALETTE: i32 = 127;
const PLAIN_RLE: i32 = 128;
const REUSE_PALETTE_RLE: i32 = 129;
export const MAX_PALETTE: i32 = 127;

export const TRLE_SIDE: i32 = 16;
export const ZRLE_SIDE: i32 = 64;

export function beginTiles(): void {
  s.tileX = 0;
  // A rectangle without area has no tiles.
  s.tileY = s.width == 0 ? s.height : 0;
}

@inline
export function tilesDone(): bool {
  return s.tileY >= s.height;
}

@inline
export function nextTile(side: i32): void {
  s.tileX += side;
  if (s.tileX >= s.width) {
    s.tileX = 0;
    s.tileY += side;
  }
}

/** The tiles of TRLE (RFC 6143 §7.7.5) or, with a side of 64, ZRLE (§7.7.6) that are complete. */
export function tiles(at: usize, end: usize, side: i32): usize {
  switch (s.cpixelKind) {
    case RGB: return paintTiles<Rgb>(at, end, side);
    case BGR: return paintTiles<Bgr>(at, end, side);
    case RGBX: return paintTiles<Rgbx>(at, end, side);
    case BGRX: return paintTiles<Bgrx>(at, end, side);
    case BYTE: return paintTiles<Byte>(at, end, side);
    case WORD: return paintTiles<Word>(at, end, side);
    case ANY_FOUR: return paintTiles<AnyFour>(at, end, side);
    default: return paintTiles<AnyThree>(at, end, side);
  }
}

function paintTiles<F>(at: usize, end: usize, side: i32): usize {
  while (s.tileY < s.height) {
    s.tileWidth = min(side, s.width - s.tileX);
    s.tileHeight = min(side, s.height - s.tileY);
    const next = tile<F>(at, end, s.tileWidth, s.tileHeight, side);
    if (next == 0) return at;
    at = next;
    nextTile(side);
  }
  return at;
}

/** One tile, or 0 where it is incomplete or wrong. */
function tile<F>(at: usize, end: usize, width: i32, height: i32, side: i32): usize {
  if (at >= end) return more();
  const subencoding: i32 = load<u8>(at++);
  const origin = addressOf(s.x + s.tileX, s.y + s.tileY);
  if (subencoding == SOLID) {
    if (<i32>(end - at) < bytesOf<F>()) return more();
    fill(origin, width, height, pixelAt<F>(at));
    return at + bytesOf<F>();
  }
  if (subencoding == RAW) {
    const length = width * height * bytesOf<F>();
    if (<i32>(end - at) < length) return more();
    convert<F>(at, origin, width, height, s.stride);
    return at + length;
  }
  if (subencoding == PLAIN_RLE) {
    at = plainRuns<F>(at, end, width * height);
    if (at != 0) blit(origin, width, height);
    return at;
  }
  let size = s.paletteSize;
  if (subencoding == REUSE_PACKED_PALETTE || subencoding == REUSE_PALETTE_RLE) {
    if (side == ZRLE_SIDE) return fail(PALETTE_REUSED, subencoding);
    if (size == 0) return fail(PALETTE_MISSING, subencoding);
  } else {
    size = subencoding < PLAIN_RLE ? subencoding : subencoding - PLAIN_RLE;
    if (subencoding < PLAIN_RLE && size > MAX_PACKED_PALETTE) return fail(SUBENCODING_UNDEFINED, subencoding);
    if (<i32>(end - at) < size * bytesOf<F>()) return more();
    for (let i = 0; i < size; i++, at += bytesOf<F>()) store<u32>(PALETTE + (i << 2), pixelAt<F>(at));
  }
  if (subencoding < PLAIN_RLE) {
    if (size > MAX_PACKED_PALETTE) return fail(PALETTE_TOO_BIG, subencoding, size);
    at = packed(at, end, origin, width, height, size);
  } else {
    at = paletteRuns(at, end, width * height, size);
    if (at != 0) blit(origin, width, height);
  }
  // Not before the tile is complete: an incomplete one begins again.
  if (at != 0) s.paletteSize = size;
  return at;
}

function plainRuns<F>(at: usize, end: usize, area: i32): usize {
  let to = TILE;
  const toEnd = TILE + (area << 2);
  let byte: i32 = 0;
  while (to < toEnd) {
    if (<i32>(end - at) < bytesOf<F>() + 1) return more();
    const four = i32x4.splat(pixelAt<F>(at));
    byte = load<u8>(at, bytesOf<F>());
    at += bytesOf<F>() + 1;
    // Stores may go beyond the run: the next one begins there, and the tile has room behind it.
    v128.store(to, four);
    if (byte < 4) {
      to += (byte + 1) << 2;
      continue;
    }
    let next = to + ((byte + 1) << 2);
    while (byte == 255 && next <= toEnd) {
      if (at >= end) return more();
      byte = load<u8>(at++);
      next += byte << 2;
    }
    if (next > toEnd) return runTooLong(to, next);
    for (to += 16; to < next; to += 16) v128.store(to, four);
    to = next;
  }
  return to > toEnd ? runTooLong(to - ((byte + 1) << 2), to) : at;
}

function paletteRuns(at: usize, end: usize, area: i32, size: i32): usize {
  let to = TILE;
  const toEnd = TILE + (area << 2);
  while (to < toEnd) {
    if (at >= end) return more();
    const first: i32 = load<u8>(at++);
    const index = first & 127;
    if (index >= size) return fail(TILE_INDEX, index, size);
    if (first < 128) {
      store<u32>(to, load<u32>(PALETTE + (index << 2)));
      to += 4;
      continue;
    }
    let next = to + 4;
    let byte = 255;
    while (byte == 255 && next <= toEnd) {
      if (at >= end) return more();
      byte = load<u8>(at++);
      next += byte << 2;
    }
    if (next > toEnd) return runTooLong(to, next);
    const four = v128.load32_splat(PALETTE + (index << 2));
    for (; to < next; to += 16) v128.store(to, four);
    to = next;
  }
  return at;
}

function runTooLong(from: usize, to: usize): usize {
  return fail(RUN_TOO_LONG, <i32>(to - from) >> 2, <i32>(from - TILE) >> 2);
}

/** Copies the tile's pixels into the framebuffer. */
function blit(to: usize, width: i32, height: i32): void {
  const stride = s.stride;
  let from = TILE;
  if (width == 64) {
    for (; height > 0; height--, to += stride, from += 256) {
      for (let i = 0; i < 256; i += 64) {
        v128.store(to + i, v128.load(from + i));
        v128.store(to + i, v128.load(from + i, 16), 16);
        v128.store(to + i, v128.load(from + i, 32), 32);
        v128.store(to + i, v128.load(from + i, 48), 48);
      }
    }
    return;
  }
  const length = width << 2;
  for (; height > 0; height--, to += stride, from += length) {
    let i = 0;
    for (; i < length - 12; i += 16) v128.store(to + i, v128.load(from + i));
    for (; i < length; i += 4) store<u32>(to + i, load<u32>(from + i));
  }
}

/** Rows of packed indices. */
function packed(at: usize, end: usize, to: usize, width: i32, height: i32, size: i32): usize {
  const bitsPerIndex = size <= 2 ? 1 : size <= 4 ? 2 : 4;
  const rowLength = (width * bitsPerIndex + 7) >> 3;
  const length = rowLength * height;
  if (<i32>(end - at) < length) return more();
  if (size <= 2) {
    // Both colours exist wherever there is a palette of one-bit indices.
    bitRows(at, to, width, height);
    return at + length;
  }
  const greatest = size <= 4 ? indexRows<Pair>(at, to, width, height) : indexRows<Nibble>(at, to, width, height);
  const wrong = v128.any_true(i8x16.ge_u(greatest, i8x16.splat(<i8>size)));
  return wrong ? badIndex(at, width, height, size, bitsPerIndex) : at + length;
}

function badIndex(at: usize, width: i32, height: i32, size: i32, bitsPerIndex: i32): usize {
  const rowLength = (width * bitsPerIndex + 7) >> 3;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bitsPerIndex;
      const byte: i32 = load<u8>(at + y * rowLength + (bit >> 3));
      const index = (byte >> (8 - bitsPerIndex - (bit & 7))) & ((1 << bitsPerIndex) - 1);
      if (index >= size) return fail(TILE_INDEX, index, size);
    }
  }
  return unreachable();
}

function more(): usize {
  setSignal(NEED_MORE);
  return 0;
}
