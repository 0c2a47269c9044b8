/** The entropy-coded data of a scan (ITU T.81 F.2): bits to coefficients, block by block, and on to samples and pixels. */

import { END_OF_BLOCK, LOOKAHEAD, longCode, segmentEnd, unstuff } from './jpeg-huffman';
import { BLOCK, BLOCK_SIZE, exceeds, flatBlock, inverseDct, OFFSETS } from './jpeg-idct';
import { BROKEN, OK, UNSUPPORTED } from './jpeg-results';
import { finishRows, stride } from './jpeg-rows';

/** The place of the last coefficient, in zigzag order. */
const LAST: u32 = 63;

const RST0 = 0xd0;
const EOI = 0xd9;

/**
 * No MCU is longer (six blocks of 64 codes with values, of at most 27 bits each): the end of the data is looked for once
 * in each.
 */
const MCU_LIMIT: usize = 2048;

/** Scratch memory beyond the length of the data. */
export const SCAN_SLACK: usize = MCU_LIMIT + 64;

/** What there is to know about each block of an MCU; see `planBlock`. */
const PLAN = memory.data(6 * 32, 4);
const PLAN_SIZE: usize = 32;
let planEnd: usize = PLAN;

/** The last DC coefficient of each component. */
const PREDICTIONS = memory.data(3 * 4, 4);

export function clearPlan(): void {
  planEnd = PLAN;
}

/** Adds a block to the MCU. `target` is where the first MCU's samples go, `step` how far those of the next are away. */
export function planBlock(
  component: u32,
  dcLookup: usize,
  acLookup: usize,
  quantization: usize,
  limits: usize,
  target: usize,
  step: u32,
): void {
  store<usize>(planEnd, dcLookup, 0);
  store<usize>(planEnd, acLookup, 4);
  store<usize>(planEnd, quantization, 8);
  store<usize>(planEnd, limits, 12);
  store<usize>(planEnd, target, 16);
  store<u32>(planEnd, step, 20);
  store<usize>(planEnd, PREDICTIONS + (component << 2), 24);
  planEnd += PLAN_SIZE;
}

export function decodeScan(
  source: usize,
  end: usize,
  mcusPerRow: u32,
  mcuRows: u32,
  restartInterval: u32,
  scratch: usize,
): i32 {
  const planned = planEnd;
  const sampleStride = stride;
  const top = scratch + SCAN_SLACK + (end - source);
  // The bits to come: `bitCount` of them on top of `buffer`, the others below `position` and down to `bottom`.
  let bottom = unstuff(source, end, top);
  let position = top;
  let buffer: u64 = 0;
  let bitCount: u32 = 0;
  let untilRestart = restartInterval;
  let restarts: u32 = 0;
  memory.fill(PREDICTIONS, 0, 12);

  for (let mcuRow: u32 = 0; mcuRow < mcuRows; mcuRow++) {
    for (let mcu: u32 = 0; mcu < mcusPerRow; mcu++) {
      if (restartInterval) {
        if (!untilRestart) {
          const bitsLeft = <i32>(position - bottom) * 8 + <i32>bitCount;
          if (bitsLeft > 7 || !markerAt(segmentEnd, end, RST0 | (restarts & 7))) return UNSUPPORTED;
          bottom = unstuff(segmentEnd + 2, end, top);
          position = top;
          buffer = 0;
          bitCount = 0;
          untilRestart = restartInterval;
          restarts++;
          memory.fill(PREDICTIONS, 0, 12);
        }
        untilRestart--;
      }

      for (let plan = PLAN; plan < planned; plan += PLAN_SIZE) {
        buffer |= load<u64>(position - 8) >> bitCount;
        position -= (63 - bitCount) >> 3;
        bitCount |= 56;
        let entry = entryAt(load<usize>(plan, 0), buffer, false);
        if (entry >> 16) return UNSUPPORTED;
        const prediction = load<usize>(plan, 24);
        const dc = load<i32>(prediction) + valueOf(buffer, entry);
        store<i32>(prediction, dc);
        buffer <<= entry;
        bitCount -= entry & 63;

        const lookup = load<usize>(plan, 4);
        let touched: u32 = 0;
        let k: u32 = 0;
        let value: i32 = 0;
        while (true) {
          // Two at a time, which are no longer than what a buffer holds at least: quicker than to look each time.
          buffer |= load<u64>(position - 8) >> bitCount;
          position -= (63 - bitCount) >> 3;
          bitCount |= 56;

          entry = entryAt(lookup, buffer, true);
          value = valueOf(buffer, entry);
          buffer <<= entry;
          bitCount -= entry & 63;
          k += entry >> 16;
          if (k >= LAST) break;
          touched |= place(k, value);

          entry = entryAt(lookup, buffer, true);
          value = valueOf(buffer, entry);
          buffer <<= entry;
          bitCount -= entry & 63;
          k += entry >> 16;
          if (k >= LAST) break;
          touched |= place(k, value);
        }
        if (k < END_OF_BLOCK) {
          if (k > LAST) return givenUp();
          touched |= place(k, value);
        }

        const quantization = load<usize>(plan, 8);
        const target = load<usize>(plan, 16) + mcu * load<u32>(plan, 20);
        const level = dc * <i32>load<u16>(quantization);
        if (level != <i32>(<i16>level)) return givenUp();
        if (!touched) {
          if (!flatBlock(level, target, sampleStride)) return UNSUPPORTED;
          continue;
        }
        store<i16>(BLOCK, <i16>dc);
        const limits = load<usize>(plan, 12);
        if (limits && exceeds(limits)) return givenUp();
        if (!inverseDct(quantization, touched, target, sampleStride)) return UNSUPPORTED;
      }
      if (<i32>(position - bottom) * 8 + <i32>bitCount < 0) return BROKEN;
    }
    finishRows(mcuRow, mcuRow == mcuRows - 1);
  }
  return segmentEnd == end || markerAt(segmentEnd, end, EOI) ? OK : UNSUPPORTED;
}

// @ts-ignore: decorator
@inline
function entryAt(lookup: usize, buffer: u64, isAc: bool): u32 {
  const entry = load<u32>(lookup + (<usize>(buffer >> (64 - LOOKAHEAD)) << 2));
  return entry ? entry : longCode(lookup, buffer, isAc);
}

/** Stores a coefficient; returns where. */
// @ts-ignore: decorator
@inline
function place(k: u32, value: i32): u32 {
  const offset = <u32>load<u8>(OFFSETS + k);
  store<i16>(BLOCK + offset, <i16>value);
  return offset;
}

/** The value behind the code that `entry` stands for, at the top of `buffer` (ITU T.81 F.2.2.1: EXTEND). */
// @ts-ignore: decorator
@inline
function valueOf(buffer: u64, entry: u32): i32 {
  const mask = (1 << (entry >> 8)) - 1;
  const value = <i32>(buffer >> (0 - entry)) & mask;
  return value - (((value - ((mask + 1) >> 1)) >> 31) & mask);
}

function markerAt(at: usize, end: usize, marker: u32): bool {
  return at + 2 <= end && load<u8>(at) == 0xff && load<u8>(at + 1) == marker;
}

/** In the middle of a block, which has to be empty for the next picture. */
function givenUp(): i32 {
  memory.fill(BLOCK, 0, BLOCK_SIZE);
  return UNSUPPORTED;
}
