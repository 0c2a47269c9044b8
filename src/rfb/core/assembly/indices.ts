/** Rows of palette indices that are less than a byte, sixteen pixels at a time. Loads may go beyond the rows' end. */
import { PALETTE, s } from './layout';

/** What the functions below are compiled for: indices of two bits and of four; sixteen of them take as many bytes as these. */
export type Pair = u32;
export type Nibble = u64;

/** Paints `height` rows of one-bit indices. */
export function bitRows(at: usize, to: usize, width: i32, height: i32): void {
  const zero = v128.load32_splat(PALETTE);
  const difference = v128.xor(zero, v128.load32_splat(PALETTE, 4));
  const left = i32x4(128, 64, 32, 16);
  const right = i32x4(8, 4, 2, 1);
  const skip = s.stride - (width << 2);
  for (; height > 0; height--, to += skip) {
    let pixels = width;
    for (; pixels >= 8; pixels -= 8, to += 32) {
      const byte = i32x4.splat(load<u8>(at++));
      v128.store(to, chosen(byte, left, zero, difference));
      v128.store(to, chosen(byte, right, zero, difference), 16);
    }
    if (pixels > 0) {
      const byte = i32x4.splat(load<u8>(at++));
      let four = chosen(byte, left, zero, difference);
      if (pixels >= 4) {
        v128.store(to, four);
        to += 16;
        four = chosen(byte, right, zero, difference);
      }
      to = storeFew(to, four, pixels & 3);
    }
  }
}

/** Four pixels: `zero`, or what differs from it by `difference` where `bits` has those of `which`. */
@inline
function chosen(bits: v128, which: v128, zero: v128, difference: v128): v128 {
  return v128.xor(zero, v128.and(difference, i32x4.eq(v128.and(bits, which), which)));
}

/**
 * Paints `height` rows of indices of two or four bits. Returns the greatest that there was at each place: those that the
 * palette does not have are for the caller to see.
 */
export function indexRows<I>(at: usize, to: usize, width: i32, height: i32): v128 {
  // The palette by channels: the first, second, third bytes of its sixteen colours.
  const a = v128.load(PALETTE);
  const b = v128.load(PALETTE, 16);
  const c = v128.load(PALETTE, 32);
  const d = v128.load(PALETTE, 48);
  const redGreen = i8x16.shuffle(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const moreRedGreen = i8x16.shuffle(c, d, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const reds = i64x2.shuffle(redGreen, moreRedGreen, 0, 2);
  const greens = i64x2.shuffle(redGreen, moreRedGreen, 1, 3);
  const blues = i64x2.shuffle(
    i8x16.shuffle(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 0, 0, 0, 0, 0, 0, 0, 0),
    i8x16.shuffle(c, d, 2, 6, 10, 14, 18, 22, 26, 30, 0, 0, 0, 0, 0, 0, 0, 0),
    0,
    2,
  );
  const opaque = i8x16.splat(-1);
  const skip = s.stride - (width << 2);
  let greatest = i8x16.splat(0);
  for (; height > 0; height--, to += skip) {
    for (let pixels = width; pixels > 0; pixels -= 16) {
      let indices = sizeof<I>() == 4 ? sixteenPairs(at) : sixteenNibbles(at);
      if (pixels < 16) indices = v128.and(indices, i8x16.lt_u(places(), i8x16.splat(<i8>pixels)));
      greatest = i8x16.max_u(greatest, indices);
      const red = i8x16.swizzle(reds, indices);
      const green = i8x16.swizzle(greens, indices);
      const blue = i8x16.swizzle(blues, indices);
      const low = interleaved(red, green);
      const high = interleavedHigh(red, green);
      const lowRest = interleaved(blue, opaque);
      const highRest = interleavedHigh(blue, opaque);
      const first = i16x8.shuffle(low, lowRest, 0, 8, 1, 9, 2, 10, 3, 11);
      const second = i16x8.shuffle(low, lowRest, 4, 12, 5, 13, 6, 14, 7, 15);
      const third = i16x8.shuffle(high, highRest, 0, 8, 1, 9, 2, 10, 3, 11);
      const fourth = i16x8.shuffle(high, highRest, 4, 12, 5, 13, 6, 14, 7, 15);
      if (pixels >= 16) {
        v128.store(to, first);
        v128.store(to, second, 16);
        v128.store(to, third, 32);
        v128.store(to, fourth, 48);
        to += 64;
        at += sizeof<I>();
      } else {
        to = storeLast(to, first, second, third, fourth, pixels);
        at += (pixels * <i32>sizeof<I>() + 15) >> 4;
      }
    }
  }
  return greatest;
}

@inline
function sixteenNibbles(at: usize): v128 {
  const bytes = v128.load64_zero(at);
  const mask = i8x16.splat(15);
  return interleaved(v128.and(i16x8.shr_u(bytes, 4), mask), v128.and(bytes, mask));
}

@inline
function sixteenPairs(at: usize): v128 {
  const bytes = v128.load32_zero(at);
  const mask = i8x16.splat(3);
  const nibbles = interleaved(i16x8.shr_u(bytes, 4), bytes);
  return interleaved(v128.and(i16x8.shr_u(nibbles, 2), mask), v128.and(nibbles, mask));
}

@inline
function places(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

@inline
function interleaved(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

@inline
function interleavedHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Stores the first `count` of fifteen pixels; returns where they end. */
@inline
function storeLast(to: usize, first: v128, second: v128, third: v128, fourth: v128, count: i32): usize {
  if (count & 8) {
    v128.store(to, first);
    v128.store(to, second, 16);
    to += 32;
    first = third;
    second = fourth;
  }
  if (count & 4) {
    v128.store(to, first);
    to += 16;
    first = second;
  }
  return storeFew(to, first, count & 3);
}

/** Stores the first `count` of three pixels; returns where they end. */
@inline
function storeFew(to: usize, pixels: v128, count: i32): usize {
  if (count & 2) {
    v128.store64_lane(to, pixels, 0);
    to += 8;
    if (count & 1) v128.store32_lane(to, pixels, 2);
  } else if (count & 1) {
    v128.store32_lane(to, pixels, 0);
  }
  return to + ((count & 1) << 2);
}
