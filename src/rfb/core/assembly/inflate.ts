/**
 * Inflate: one zlib stream (RFC 1950, RFC 1951), fed and emptied in pieces of any size.
 *
 * A stream is INFLATE_STATE_SIZE bytes at an address of the caller's, to be reset before its first run; between runs they
 * may be moved. Output goes to one contiguous buffer together with what came before it, since matches are copied from
 * there: they reach back to `historyStart` at most (32 KiB suffice). Reads stay inside [src, srcEnd) and [historyStart,
 * dstEnd), writes inside [dst, dstEnd); no slack is needed behind them, but what lies between the next output byte and
 * dstEnd is scratch. From 24 bytes of input and 276 of room on it is fast; below that, careful.
 */
import { CODES_DONE, CODES_NEED_INPUT, CODES_NEED_OUTPUT, continueMatch, decodeCodes } from './inflate-codes';
import {
  DISTANCE_LENGTHS,
  fill,
  giveBack,
  Inflate,
  LITLEN_LENGTHS,
  PRECODE_LENGTHS,
  refill,
  refillBytes,
  skipToByte,
  take,
} from './inflate-state';
import { precodeEntry, useCodes, useNewCodes, usePrecode } from './inflate-tables';

export { INFLATE_STATE_SIZE } from './inflate-state';

/** All input is used, and all output that it yields is written. */
export const NEED_INPUT: i32 = 0;
/** More output is due than there is room for. Go on with the input that is left, be it none. */
export const NEED_OUTPUT: i32 = 1;
/** The stream is complete; input after it is left. Giving it any is an error. */
export const END: i32 = 2;
/** This is no zlib stream. It remains so until it is reset. */
export const ERROR: i32 = 3;

/** The next step may follow. */
const CONTINUE: i32 = -1;

// What comes next in a stream.
const HEADER: u32 = 0;
const BLOCK: u32 = 1;
const STORED_LENGTH: u32 = 2;
const STORED: u32 = 3;
const COUNTS: u32 = 4;
const PRECODE: u32 = 5;
const LENGTHS: u32 = 6;
const CODES: u32 = 7;
const CHECKSUM: u32 = 8;
const NOTHING: u32 = 9;
const GARBAGE: u32 = 10;

const PRECODE_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Begins a new stream: a zlib header is expected. */
export function inflateReset(state: usize): void {
  memory.fill(state, 0, PRECODE_LENGTHS);
}

/** The first byte of input that the last run left. */
export function inflateNextIn(state: usize): usize {
  return changetype<Inflate>(state).nextIn;
}

/** The first byte of output that the last run did not write. */
export function inflateNextOut(state: usize): usize {
  return changetype<Inflate>(state).nextOut;
}

/**
 * Inflates [src, srcEnd) to [dst, dstEnd) until either ends. The checksum is read and not compared: it comes at the end of
 * a stream, where RFB servers never get, and would cost time with every byte.
 */
export function inflateRun(
  state: usize,
  src: usize,
  srcEnd: usize,
  dst: usize,
  dstEnd: usize,
  historyStart: usize,
): i32 {
  const s = changetype<Inflate>(state);
  s.startIn = src;
  s.nextIn = src;
  s.endIn = srcEnd;
  s.nextOut = dst;
  s.endOut = dstEnd;
  s.historyStart = historyStart;
  let status = CONTINUE;
  while (status == CONTINUE) status = step(s);
  if (status == NEED_OUTPUT || status == END) giveBack(s);
  else if (status == ERROR) s.mode = GARBAGE;
  return status;
}

function step(s: Inflate): i32 {
  const state = changetype<usize>(s);
  switch (s.mode) {
    case HEADER: {
      if (!fill(s, 16)) return NEED_INPUT;
      const header = take(s, 16);
      const method = header & 15;
      const windowBits = ((header >> 4) & 15) + 8;
      const dictionary = header & 0x2000;
      const check = ((header & 0xff) << 8) | (header >> 8);
      if (method != 8 || windowBits > 15 || dictionary || check % 31) return ERROR;
      s.mode = BLOCK;
      return CONTINUE;
    }
    case BLOCK: {
      if (s.lastBlock) {
        skipToByte(s);
        s.mode = CHECKSUM;
        return CONTINUE;
      }
      if (!fill(s, 3)) return NEED_INPUT;
      const header = take(s, 3);
      s.lastBlock = header & 1;
      switch (header >> 1) {
        case 0: {
          skipToByte(s);
          s.mode = STORED_LENGTH;
          return CONTINUE;
        }
        case 1: {
          s.fixedCodes = 1;
          s.mode = CODES;
          return CONTINUE;
        }
        case 2: {
          s.fixedCodes = 0;
          s.mode = COUNTS;
          return CONTINUE;
        }
        default:
          return ERROR;
      }
    }
    case STORED_LENGTH: {
      if (!fill(s, 32)) return NEED_INPUT;
      const header = take(s, 32);
      s.storedLeft = header & 0xffff;
      if (s.storedLeft != ~header >> 16) return ERROR;
      giveBack(s);
      s.mode = STORED;
      return CONTINUE;
    }
    case STORED: {
      const length = min(s.storedLeft, min(<u32>(s.endIn - s.nextIn), <u32>(s.endOut - s.nextOut)));
      // Most are the empty block of a flush.
      if (length) memory.copy(s.nextOut, s.nextIn, length);
      s.nextIn += length;
      s.nextOut += length;
      s.storedLeft -= length;
      if (s.storedLeft) return s.nextIn == s.endIn ? NEED_INPUT : NEED_OUTPUT;
      s.mode = BLOCK;
      return CONTINUE;
    }
    case COUNTS: {
      if (!fill(s, 14)) return NEED_INPUT;
      s.litlenCount = take(s, 5) + 257;
      s.distanceCount = take(s, 5) + 1;
      s.precodeCount = take(s, 4) + 4;
      if (s.litlenCount > 286 || s.distanceCount > 30) return ERROR;
      memory.fill(state + PRECODE_LENGTHS, 0, 32);
      s.lengthsRead = 0;
      s.mode = PRECODE;
      return CONTINUE;
    }
    case PRECODE: {
      while (s.lengthsRead < s.precodeCount) {
        if (!fill(s, 3)) return NEED_INPUT;
        store<u8>(state + PRECODE_LENGTHS + load<u8>(PRECODE_ORDER + s.lengthsRead), take(s, 3));
        s.lengthsRead++;
      }
      s.lengthsRead = 0;
      s.mode = LENGTHS;
      return CONTINUE;
    }
    case LENGTHS: {
      const status = readLengths(s);
      if (status != CONTINUE) return status;
      splitLengths(s);
      if (!useNewCodes(s)) return ERROR;
      s.mode = CODES;
      return CONTINUE;
    }
    case CODES: {
      if (s.matchLeft) {
        if (s.matchDistance > <u32>(s.nextOut - s.historyStart)) return ERROR;
        if (!continueMatch(s)) return NEED_OUTPUT;
      }
      useCodes(s);
      giveBack(s);
      const status = decodeCodes(s);
      if (status == CODES_NEED_INPUT) return NEED_INPUT;
      if (status == CODES_NEED_OUTPUT) return NEED_OUTPUT;
      if (status != CODES_DONE) return ERROR;
      s.mode = BLOCK;
      return CONTINUE;
    }
    case CHECKSUM: {
      if (!fill(s, 32)) return NEED_INPUT;
      take(s, 32);
      s.mode = NOTHING;
      return END;
    }
    case NOTHING:
      return s.nextIn == s.endIn ? END : ERROR;
    default:
      return ERROR;
  }
}

/** The code lengths of both codes, RFC 1951 §3.2.7. */
function readLengths(s: Inflate): i32 {
  const mask = usePrecode(s);
  if (!mask) return ERROR;
  const lengths = changetype<usize>(s) + LITLEN_LENGTHS;
  const total = s.litlenCount + s.distanceCount;
  const end = s.endIn;
  let next = s.nextIn;
  let bits = s.bits;
  let bitCount = s.bitCount;
  let read = s.lengthsRead;
  let status: i32 = CONTINUE;
  while (read < total) {
    if (bitCount < 14) {
      if (end - next >= 8) {
        bits = refill(bits, bitCount, next);
        next += refillBytes(bitCount);
        bitCount |= 56;
      } else {
        while (bitCount < 56 && next < end) {
          bits |= load<u8>(next++) << bitCount;
          bitCount += 8;
        }
      }
    }
    const entry = precodeEntry(bits, mask);
    const symbol = entry >> 16;
    let used = entry & 0xff;
    if (symbol < 16) {
      if (used > bitCount) {
        status = NEED_INPUT;
        break;
      }
      store<u8>(lengths + read++, symbol);
    } else {
      const extra = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
      const more = <u32>(bits >> used) & ((1 << extra) - 1);
      used += extra;
      if (used > bitCount) {
        status = NEED_INPUT;
        break;
      }
      const stop = read + more + (symbol == 18 ? 11 : 3);
      if (stop > total || (symbol == 16 && read == 0)) {
        status = ERROR;
        break;
      }
      const repeated = i8x16.splat(symbol == 16 ? load<u8>(lengths + read - 1) : 0);
      for (; read < stop; read += 16) v128.store(lengths + read, repeated);
      read = stop;
    }
    bits >>= used;
    bitCount -= used;
  }
  s.bits = bits;
  s.bitCount = bitCount;
  s.nextIn = next;
  s.lengthsRead = read;
  return status;
}

/** Moves the distances' lengths to a place of their own, and pads both codes' with zeros. */
function splitLengths(s: Inflate): void {
  const from = changetype<usize>(s) + LITLEN_LENGTHS + s.litlenCount;
  const to = changetype<usize>(s) + DISTANCE_LENGTHS;
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  memory.fill(to + s.distanceCount, 0, 32 - s.distanceCount);
  const zero = i32x4.splat(0);
  v128.store(from, zero);
  v128.store(from, zero, 16);
}
