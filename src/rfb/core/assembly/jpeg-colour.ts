/** From planes of samples to pixels: libjpeg's "fancy" upsampling and its conversion of YCbCr (JFIF 1.02) to RGB. */

/** Sixteen pixels, of which a row has room only for some. */
const EDGE = memory.data(64, 16);

/**
 * A row of `width` samples made twice as wide: three quarters of the nearer sample, one of the further, in both
 * directions. `further` is the row on the other side, or `row` itself where only the width grows. The sample behind the
 * last has to equal that one. Up to 16 samples behind are read, and as many written.
 */
export function upsampleRow(row: usize, further: usize, width: i32, target: usize, evenBias: i16, oddBias: i16): void {
  const even = i16x8.splat(evenBias);
  const odd = i16x8.splat(oddBias);
  let last = i16x8.splat(<i16>(<i32>load<u8>(row) * 3 + <i32>load<u8>(further)));
  let current = columnSums(row, further);
  for (let x = 0; x < width; x += 8) {
    row += 8;
    further += 8;
    const next = columnSums(row, further);
    const before = v128.shuffle<i16>(last, current, 7, 8, 9, 10, 11, 12, 13, 14);
    const after = v128.shuffle<i16>(current, next, 1, 2, 3, 4, 5, 6, 7, 8);
    const near = i16x8.add(current, i16x8.shl(current, 1));
    const left = i16x8.shr_u(i16x8.add(i16x8.add(near, before), even), 4);
    const right = i16x8.shr_u(i16x8.add(i16x8.add(near, after), odd), 4);
    v128.store(target, v128.or(left, i16x8.shl(right, 8)));
    target += 16;
    last = current;
    current = next;
  }
}

// @ts-ignore: decorator
@inline
function columnSums(row: usize, further: usize): v128 {
  const near = v128.load_ext<u8>(row);
  return i16x8.add(i16x8.add(near, i16x8.shl(near, 1)), v128.load_ext<u8>(further));
}

/** The same without interpolation, which is what libjpeg does to planes of one or two columns. */
export function doubleRow(row: usize, width: i32, target: usize): void {
  for (let x = 0; x < width; x++) {
    const sample = <u16>load<u8>(row + x);
    store<u16>(target + (x << 1), sample | (sample << 8));
  }
}

/** A row of pixels. Of samples, 16 are read where there are less. */
export function colourRow(y: usize, cb: usize, cr: usize, width: i32, target: usize): void {
  let x = 0;
  for (; x + 16 <= width; x += 16) colourPixels(y + x, cb + x, cr + x, target + (x << 2));
  if (x == width) return;
  if (width >= 16) {
    x = width - 16;
    colourPixels(y + x, cb + x, cr + x, target + (x << 2));
  } else {
    colourPixels(y, cb, cr, EDGE);
    memory.copy(target, EDGE, <usize>width << 2);
  }
}

export function greyRow(y: usize, width: i32, target: usize): void {
  let x = 0;
  for (; x + 16 <= width; x += 16) greyPixels(y + x, target + (x << 2));
  if (x == width) return;
  greyPixels(y + x, EDGE);
  memory.copy(target + (x << 2), EDGE, <usize>(width - x) << 2);
}

// @ts-ignore: decorator
@inline
function greyPixels(y: usize, target: usize): void {
  const luma = v128.load(y);
  interleave(luma, luma, luma, target);
}

// @ts-ignore: decorator
@inline
function colourPixels(y: usize, cb: usize, cr: usize, target: usize): void {
  const centre = i8x16.splat(-128);
  const luma = v128.load(y);
  const blueness = v128.xor(v128.load(cb), centre);
  const redness = v128.xor(v128.load(cr), centre);
  const lumaLow = i16x8.extend_low_i8x16_u(luma);
  const lumaHigh = i16x8.extend_high_i8x16_u(luma);
  const cbLow = i16x8.extend_low_i8x16_s(blueness);
  const cbHigh = i16x8.extend_high_i8x16_s(blueness);
  const crLow = i16x8.extend_low_i8x16_s(redness);
  const crHigh = i16x8.extend_high_i8x16_s(redness);
  interleave(
    i8x16.narrow_i16x8_u(red(lumaLow, crLow), red(lumaHigh, crHigh)),
    i8x16.narrow_i16x8_u(green(lumaLow, cbLow, crLow), green(lumaHigh, cbHigh, crHigh)),
    i8x16.narrow_i16x8_u(blue(lumaLow, cbLow), blue(lumaHigh, cbHigh)),
    target,
  );
}

/** y + 1.402 cr; the product rounds as the one with libjpeg's 16 bit factor does, for every cr. */
// @ts-ignore: decorator
@inline
function red(y: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(y, cr), i16x8.q15mulr_sat_s(cr, i16x8.splat(13173)));
}

/** y + 1.772 cb. */
// @ts-ignore: decorator
@inline
function blue(y: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(y, i16x8.shl(cb, 1)), i16x8.q15mulr_sat_s(cb, i16x8.splat(-7471)));
}

/** y - 0.34414 cb - 0.71414 cr, as y - cr + (0.28586 cr - 0.34414 cb). */
// @ts-ignore: decorator
@inline
function green(y: v128, cb: v128, cr: v128): v128 {
  const factors = i32x4.splat((18734 << 16) | (-22554 & 0xffff));
  const half = i32x4.splat(1 << 15);
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11), factors);
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15), factors);
  const part = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, half), 16), i32x4.shr_s(i32x4.add(high, half), 16));
  return i16x8.add(i16x8.sub(y, cr), part);
}

// @ts-ignore: decorator
@inline
function interleave(r: v128, g: v128, b: v128, target: usize): void {
  const a = i8x16.splat(-1);
  const rgLow = v128.shuffle<u8>(r, g, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const rgHigh = v128.shuffle<u8>(r, g, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const baLow = v128.shuffle<u8>(b, a, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const baHigh = v128.shuffle<u8>(b, a, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(target, v128.shuffle<u16>(rgLow, baLow, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(target, v128.shuffle<u16>(rgLow, baLow, 4, 12, 5, 13, 6, 14, 7, 15), 16);
  v128.store(target, v128.shuffle<u16>(rgHigh, baHigh, 0, 8, 1, 9, 2, 10, 3, 11), 32);
  v128.store(target, v128.shuffle<u16>(rgHigh, baHigh, 4, 12, 5, 13, 6, 14, 7, 15), 48);
}
