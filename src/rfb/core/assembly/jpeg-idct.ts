/**
 * The inverse DCT of libjpeg's ISLOW method (Loeffler, Ligtenberg and Moschytz, 13 bits of fraction), exactly, but as the
 * matrix that its butterflies amount to: sums of two 16 bit products in 32 bits.
 */

// The order of a block in memory suits those products: two halves of four columns, each with the rows in pairs (0, 2),
// (1, 3), (4, 6), (5, 7); a pair holds the values of both rows for the columns 0, 2, 1, 3 (4, 6, 5, 7).

/** Set in the offset of each coefficient beyond column 3, and of each beyond row 3. */
const WIDE: u32 = 64;
const TALL: u32 = 32;

/** The byte offset of each coefficient in a block, in zigzag order (ITU T.81 figure A.6). */
export const OFFSETS = memory.data<u8>([
  0, 8, 16, 2, 24, 4, 12, 20, 10, 18, 32, 26, 6, 28, 64, 72, 80, 14, 22, 40, 48, 34, 56, 36, 30, 66, 88, 68, 76, 84, 74, 82,
  44, 52, 42, 50, 58, 38, 60, 96, 90, 70, 92, 78, 86, 104, 112, 46, 54, 62, 98, 120, 100, 94, 108, 116, 106, 114, 122, 102,
  124, 110, 118, 126,
]);

export const BLOCK_SIZE: u32 = 128;

/** The block that is being decoded; all zero between two blocks. */
export const BLOCK = memory.data(BLOCK_SIZE, 16);

/** Between the passes: for rows 0 to 3 and for rows 4 to 7, the pairs of columns (0, 2), (1, 3), (4, 6), (5, 7). */
const WORKSPACE = memory.data(128, 16);

/** For outputs 0 to 3: the factors of pair (0, 2) and of pair (4, 6). */
const EVEN = memory.data<i16>(
  [8192, 10703, 8192, 4433, 8192, 4433, -8192, -10704, 8192, -4433, -8192, 10704, 8192, -10703, 8192, -4433],
  16,
);

/** The same of pairs (1, 3) and (5, 7), which outputs 7 to 4 have with the opposite sign. */
const ODD = memory.data<i16>(
  [11363, 9633, 6437, 2260, 9633, -2259, -11362, -6436, 6437, -11362, 2261, 9633, 2260, -6436, 9633, -11363],
  16,
);

const COLUMN_SHIFT = 11;
const ROW_SHIFT = 18;
const COLUMN_ROUNDING: i32 = 1 << (COLUMN_SHIFT - 1);

/** What comes out of the rows lies around 0: this much is added, so that what is legal fits into ten bits without sign. */
const HEADROOM: i32 = 512;
const ROW_ROUNDING: i32 = (1 << (ROW_SHIFT - 1)) + (HEADROOM << ROW_SHIFT);
const LEVEL_SHIFT: i32 = 128;

/**
 * Turns BLOCK into samples, and clears it. `touched` is the disjunction of the offsets at which it may be other than 0.
 * False where samples come out that no picture has and libjpeg would wrap around.
 */
export function inverseDct(quantization: usize, touched: u32, target: usize, stride: usize): bool {
  if (touched & TALL) tallColumns(0, quantization);
  else shortColumns(0, quantization);
  let odd: v128;
  if (touched & WIDE) {
    if (touched & TALL) tallColumns(1, quantization);
    else shortColumns(1, quantization);
    odd = v128.or(
      wideRows(WORKSPACE, target, stride),
      wideRows(WORKSPACE + 64, target + (stride << 2), stride),
    );
  } else {
    odd = v128.or(
      narrowRows(WORKSPACE, target, stride),
      narrowRows(WORKSPACE + 64, target + (stride << 2), stride),
    );
  }
  return !v128.any_true(v128.and(odd, i16x8.splat(~0x3ff)));
}

/** A block of nothing but its (dequantized) DC coefficient. */
export function flatBlock(dc: i32, target: usize, stride: usize): bool {
  const sample = (dc * 4 + 16) >> 5;
  if (<u32>(sample + HEADROOM) >= <u32>(2 * HEADROOM)) return false;
  const samples = <u64>min(max(sample + LEVEL_SHIFT, 0), 255) * 0x0101010101010101;
  for (let y = 0; y < 8; y++) {
    store<u64>(target, samples);
    target += stride;
  }
  return true;
}

function tallColumns(half: usize, quantization: usize): void {
  columns(half, quantization, true);
}

function shortColumns(half: usize, quantization: usize): void {
  columns(half, quantization, false);
}

function wideRows(workspace: usize, target: usize, stride: usize): v128 {
  return rows(workspace, target, stride, true);
}

function narrowRows(workspace: usize, target: usize, stride: usize): v128 {
  return rows(workspace, target, stride, false);
}

// @ts-ignore: decorator
@inline
function columns(half: usize, quantization: usize, tall: bool): void {
  const block = BLOCK + half * 64;
  const factors = quantization + half * 64;
  const zero = i32x4.splat(0);
  const pair02 = i16x8.mul(v128.load(block), v128.load(factors));
  const pair13 = i16x8.mul(v128.load(block, 16), v128.load(factors, 16));
  const pair46 = tall ? i16x8.mul(v128.load(block, 32), v128.load(factors, 32)) : zero;
  const pair57 = tall ? i16x8.mul(v128.load(block, 48), v128.load(factors, 48)) : zero;
  v128.store(block, zero);
  v128.store(block, zero, 16);
  if (tall) {
    v128.store(block, zero, 32);
    v128.store(block, zero, 48);
  }
  const rounding = i32x4.splat(COLUMN_ROUNDING);

  const even0 = i32x4.add(sum(EVEN, 0, pair02, pair46, tall), rounding);
  const odd0 = sum(ODD, 0, pair13, pair57, tall);
  const row0 = i32x4.shr_s(i32x4.add(even0, odd0), COLUMN_SHIFT);
  const row7 = i32x4.shr_s(i32x4.sub(even0, odd0), COLUMN_SHIFT);
  const even1 = i32x4.add(sum(EVEN, 1, pair02, pair46, tall), rounding);
  const odd1 = sum(ODD, 1, pair13, pair57, tall);
  const row1 = i32x4.shr_s(i32x4.add(even1, odd1), COLUMN_SHIFT);
  const row6 = i32x4.shr_s(i32x4.sub(even1, odd1), COLUMN_SHIFT);
  const rows01 = i16x8.narrow_i32x4_s(row0, row1);
  const rows67 = i16x8.narrow_i32x4_s(row6, row7);

  const even2 = i32x4.add(sum(EVEN, 2, pair02, pair46, tall), rounding);
  const odd2 = sum(ODD, 2, pair13, pair57, tall);
  const row2 = i32x4.shr_s(i32x4.add(even2, odd2), COLUMN_SHIFT);
  const row5 = i32x4.shr_s(i32x4.sub(even2, odd2), COLUMN_SHIFT);
  const even3 = i32x4.add(sum(EVEN, 3, pair02, pair46, tall), rounding);
  const odd3 = sum(ODD, 3, pair13, pair57, tall);
  const row3 = i32x4.shr_s(i32x4.add(even3, odd3), COLUMN_SHIFT);
  const row4 = i32x4.shr_s(i32x4.sub(even3, odd3), COLUMN_SHIFT);
  const rows23 = i16x8.narrow_i32x4_s(row2, row3);
  const rows45 = i16x8.narrow_i32x4_s(row4, row5);

  const target = WORKSPACE + half * 32;
  v128.store(target, v128.shuffle<i32>(rows01, rows23, 0, 2, 4, 6));
  v128.store(target, v128.shuffle<i32>(rows01, rows23, 1, 3, 5, 7), 16);
  v128.store(target, v128.shuffle<i32>(rows45, rows67, 0, 2, 4, 6), 64);
  v128.store(target, v128.shuffle<i32>(rows45, rows67, 1, 3, 5, 7), 80);
}

/** Four rows; returns bits that are in no lane beyond the tenth where all is well. */
// @ts-ignore: decorator
@inline
function rows(workspace: usize, target: usize, stride: usize, wide: bool): v128 {
  const zero = i32x4.splat(0);
  const pair02 = v128.load(workspace);
  const pair13 = v128.load(workspace, 16);
  const pair46 = wide ? v128.load(workspace, 32) : zero;
  const pair57 = wide ? v128.load(workspace, 48) : zero;
  const rounding = i32x4.splat(ROW_ROUNDING);

  const even0 = i32x4.add(sum(EVEN, 0, pair02, pair46, wide), rounding);
  const odd0 = sum(ODD, 0, pair13, pair57, wide);
  const column0 = i32x4.shr_s(i32x4.add(even0, odd0), ROW_SHIFT);
  const column7 = i32x4.shr_s(i32x4.sub(even0, odd0), ROW_SHIFT);
  const even1 = i32x4.add(sum(EVEN, 1, pair02, pair46, wide), rounding);
  const odd1 = sum(ODD, 1, pair13, pair57, wide);
  const column1 = i32x4.shr_s(i32x4.add(even1, odd1), ROW_SHIFT);
  const column6 = i32x4.shr_s(i32x4.sub(even1, odd1), ROW_SHIFT);
  const columns01 = i16x8.narrow_i32x4_s(column0, column1);
  const columns67 = i16x8.narrow_i32x4_s(column6, column7);

  const even2 = i32x4.add(sum(EVEN, 2, pair02, pair46, wide), rounding);
  const odd2 = sum(ODD, 2, pair13, pair57, wide);
  const column2 = i32x4.shr_s(i32x4.add(even2, odd2), ROW_SHIFT);
  const column5 = i32x4.shr_s(i32x4.sub(even2, odd2), ROW_SHIFT);
  const even3 = i32x4.add(sum(EVEN, 3, pair02, pair46, wide), rounding);
  const odd3 = sum(ODD, 3, pair13, pair57, wide);
  const column3 = i32x4.shr_s(i32x4.add(even3, odd3), ROW_SHIFT);
  const column4 = i32x4.shr_s(i32x4.sub(even3, odd3), ROW_SHIFT);
  const columns23 = i16x8.narrow_i32x4_s(column2, column3);
  const columns45 = i16x8.narrow_i32x4_s(column4, column5);

  const shift = i16x8.splat(<i16>(HEADROOM - LEVEL_SHIFT));
  const left = i8x16.narrow_i16x8_u(i16x8.sub_sat_s(columns01, shift), i16x8.sub_sat_s(columns23, shift));
  const right = i8x16.narrow_i16x8_u(i16x8.sub_sat_s(columns45, shift), i16x8.sub_sat_s(columns67, shift));
  const rows01 = v128.shuffle<u8>(left, right, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const rows23 = v128.shuffle<u8>(left, right, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
  v128.store_lane<u64>(target, rows01, 0);
  v128.store_lane<u64>(target + stride, rows01, 1);
  v128.store_lane<u64>(target + stride * 2, rows23, 0);
  v128.store_lane<u64>(target + stride * 3, rows23, 1);
  return v128.or(v128.or(columns01, columns23), v128.or(columns45, columns67));
}

/** One output's even or odd part of four columns or rows. */
// @ts-ignore: decorator
@inline
function sum(factors: usize, output: usize, near: v128, far: v128, both: bool): v128 {
  const first = i32x4.dot_i16x8_s(near, v128.load_splat<i32>(factors + output * 8));
  if (!both) return first;
  return i32x4.add(first, i32x4.dot_i16x8_s(far, v128.load_splat<i32>(factors + output * 8, 4)));
}

/** Whether a coefficient of BLOCK is beyond `limits`, with which its product would leave 16 bits. */
export function exceeds(limits: usize): bool {
  let found = i16x8.splat(0);
  for (let i: u32 = 0; i < BLOCK_SIZE; i += 16) {
    found = v128.or(found, i16x8.gt_s(i16x8.abs(v128.load(BLOCK + i)), v128.load(limits + i)));
  }
  return v128.any_true(found);
}
