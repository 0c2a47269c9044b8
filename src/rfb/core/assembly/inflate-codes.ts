/** The literals and matches of a block, RFC 1951 §3.2.3 to §3.2.6. */
import { Inflate, refill, refillBytes } from './inflate-state';
import {
  distanceEntry,
  distanceMask,
  distanceSecondLevel,
  END_OF_BLOCK,
  EXCEPTION,
  INDEX_SHIFT,
  LITERAL,
  litlenEntry,
  litlenMask,
  litlenSecondLevel,
  SECOND_LEVEL,
} from './inflate-tables';

/** The end of the block. */
export const CODES_DONE: i32 = 0;
export const CODES_NEED_INPUT: i32 = 1;
export const CODES_NEED_OUTPUT: i32 = 2;
export const CODES_BAD: i32 = 3;

/**
 * A round of the fast loop reads 16 bytes of input at most. Of output it writes two literals and a match of 258 bytes or
 * fewer, plus the 15 that copying one may write beyond its end.
 */
const ROUND_IN: usize = 16;
const ROUND_OUT: usize = 2 + 258 + 15;
/** Before the first round comes a refill. */
const FIRST_ROUND_IN: usize = ROUND_IN + 8;

/** A literal or length code with its extra bits, and the same of a distance. */
const LITLEN_BITS: u32 = 15 + 5;
const DISTANCE_BITS: u32 = 15 + 13;
/** What the look-up of a first level wants: 11 bits at most. */
const LOOKUP_BITS: u32 = 11;

// Row `distance` of 16 bytes: which of the last `distance` bytes comes at each place; and how many of the 16 are whole repeats.
const REPEATS: usize = memory.data(16 * 16, 16);
const REPEATED_BYTES: usize = memory.data(16);

/** Decodes until the block, the input or the room for output ends. The tables are those of the block. */
export function decodeCodes(s: Inflate): i32 {
  const lookup = litlenMask;
  const distanceLookup = distanceMask;
  const end = s.endIn;
  const endOut = s.endOut;
  const historyStart = s.historyStart;
  let next = s.nextIn;
  let out = s.nextOut;
  // Here they include INDEX_SHIFT spent bits, at the bottom.
  let bits = s.bits << INDEX_SHIFT;
  let bitCount = s.bitCount + INDEX_SHIFT;
  let status: i32 = CODES_DONE;

  if (end - next >= FIRST_ROUND_IN && endOut - out > ROUND_OUT) {
    const lastRound = end - ROUND_IN;
    const lastRoundOut = endOut - ROUND_OUT;
    // Taking a code subtracts all of its entry from the count, whose low 6 bits alone are right until the loop is left.
    // After a refill they are 56 or more, INDEX_SHIFT of them spent: enough for two literals of the first level, a length,
    // and the look-up of a distance. Each look-up comes before a refill, so that it need not wait for it.
    bits = refill(bits, bitCount, next);
    next += refillBytes(bitCount);
    bitCount |= 56;
    let entry = litlenEntry(bits, lookup);
    do {
      let before = bits;
      bits >>= entry;
      bitCount -= entry;
      if (entry & LITERAL) {
        let literal = entry >> 16;
        entry = litlenEntry(bits, lookup);
        before = bits;
        bits >>= entry;
        bitCount -= entry;
        store<u8>(out++, literal);
        if (entry & LITERAL) {
          literal = entry >> 16;
          entry = litlenEntry(bits, lookup);
          before = bits;
          bits >>= entry;
          bitCount -= entry;
          store<u8>(out++, literal);
          if (entry & LITERAL) {
            store<u8>(out++, entry >> 16);
            entry = litlenEntry(bits, lookup);
            bits = refill(bits, bitCount, next);
            next += refillBytes(bitCount);
            bitCount |= 56;
            continue;
          }
        }
      }
      if (entry & EXCEPTION) {
        if (entry & SECOND_LEVEL) {
          entry = litlenSecondLevel(entry, bits);
          before = bits;
          bits >>= entry;
          bitCount -= entry;
          if (entry & LITERAL) {
            store<u8>(out++, entry >> 16);
            entry = litlenEntry(bits, lookup);
            bits = refill(bits, bitCount, next);
            next += refillBytes(bitCount);
            bitCount |= 56;
            continue;
          }
        }
        if (entry & EXCEPTION) {
          s.bits = bits >> INDEX_SHIFT;
          s.bitCount = (bitCount & 63) - INDEX_SHIFT;
          s.nextIn = next;
          s.nextOut = out;
          return entry & END_OF_BLOCK ? CODES_DONE : CODES_BAD;
        }
      }
      const length = lengthOf(entry, before);
      entry = distanceEntry(bits, distanceLookup);
      if ((bitCount & 63) < DISTANCE_BITS + LOOKUP_BITS + INDEX_SHIFT) {
        bits = refill(bits, bitCount, next);
        next += refillBytes(bitCount);
        bitCount |= 56;
      }
      if (entry & EXCEPTION) {
        if (entry & SECOND_LEVEL) {
          bits >>= entry;
          bitCount -= entry;
          entry = distanceSecondLevel(entry, bits);
        }
        if (entry & EXCEPTION) {
          s.nextOut = out;
          return CODES_BAD;
        }
      }
      const distance = distanceOf(entry, bits);
      bits >>= entry;
      bitCount -= entry;
      if (distance > <u32>(out - historyStart)) {
        s.nextOut = out;
        return CODES_BAD;
      }
      const to = out;
      out += length;
      entry = litlenEntry(bits, lookup);
      bits = refill(bits, bitCount, next);
      next += refillBytes(bitCount);
      bitCount |= 56;
      copyMatch(to, distance, length);
    } while (next < lastRound && out < lastRoundOut);
    bitCount &= 63;
  }

  // The careful loop: for little input or little room.
  while (true) {
    if (bitCount < LITLEN_BITS + DISTANCE_BITS + INDEX_SHIFT && next < end) {
      if (end - next >= 8) {
        bits = refill(bits, bitCount, next);
        next += refillBytes(bitCount);
        bitCount |= 56;
      } else if (end - s.startIn >= 8) {
        // The input's last 8 bytes, those that were used already shifted out.
        const left = <u32>(end - next);
        const bytes = min(left, (63 - bitCount) >> 3);
        bits |= (load<u64>(end - 8) >> ((8 - left) << 3)) << bitCount;
        next += bytes;
        bitCount += bytes << 3;
      } else {
        do {
          bits |= load<u8>(next++) << bitCount;
          bitCount += 8;
        } while (bitCount < 56 && next < end);
      }
    }
    // Decoded as if all bits were there; `left` shows whether they were.
    let rest = bits;
    let left = <i32>bitCount;
    let entry = litlenEntry(rest, lookup);
    if (entry & SECOND_LEVEL) {
      rest >>= entry;
      left -= entry & 63;
      entry = litlenSecondLevel(entry, rest);
    }
    const before = rest;
    rest >>= entry;
    left -= entry & 63;
    if (entry & LITERAL) {
      if (left < <i32>INDEX_SHIFT) {
        status = CODES_NEED_INPUT;
        break;
      }
      if (out == endOut) {
        status = CODES_NEED_OUTPUT;
        break;
      }
      store<u8>(out++, entry >> 16);
      bits = rest;
      bitCount = left;
      continue;
    }
    if (entry & EXCEPTION) {
      if (left < <i32>INDEX_SHIFT) {
        status = CODES_NEED_INPUT;
      } else if (entry & END_OF_BLOCK) {
        bits = rest;
        bitCount = left;
      } else {
        status = CODES_BAD;
      }
      break;
    }
    const length = lengthOf(entry, before);
    entry = distanceEntry(rest, distanceLookup);
    if (entry & SECOND_LEVEL) {
      rest >>= entry;
      left -= entry & 63;
      entry = distanceSecondLevel(entry, rest);
    }
    const distance = distanceOf(entry, rest);
    rest >>= entry;
    left -= entry & 63;
    if (left < <i32>INDEX_SHIFT) {
      status = CODES_NEED_INPUT;
      break;
    }
    if (entry & EXCEPTION || distance > <u32>(out - historyStart)) {
      status = CODES_BAD;
      break;
    }
    bits = rest;
    bitCount = left;
    if (endOut - out >= length + 15) {
      copyMatch(out, distance, length);
      out += length;
    } else {
      s.nextOut = out;
      s.matchLeft = length;
      s.matchDistance = distance;
      const whole = continueMatch(s);
      out = s.nextOut;
      if (!whole) {
        status = CODES_NEED_OUTPUT;
        break;
      }
    }
  }
  s.bits = bits >> INDEX_SHIFT;
  s.bitCount = bitCount - INDEX_SHIFT;
  s.nextIn = next;
  s.nextOut = out;
  return status;
}

/** Copies what is left of a match, as far as there is room; returns whether that was all. */
export function continueMatch(s: Inflate): bool {
  const distance = <usize>s.matchDistance;
  let out = s.nextOut;
  const end = out + min(s.matchLeft, <u32>(s.endOut - out));
  s.matchLeft -= <u32>(end - out);
  for (; out < end; out++) store<u8>(out, load<u8>(out - distance));
  s.nextOut = end;
  return s.matchLeft == 0;
}

/** `bits` begin with INDEX_SHIFT spent bits, then the code, then its extra bits. */
@inline
function lengthOf(entry: u32, bits: u64): u32 {
  return ((entry >> 16) & 511) + (<u32>(bits >> ((entry >> 8) & 31)) & (entry >> 25));
}

@inline
function distanceOf(entry: u32, bits: u64): u32 {
  const codeAndExtra = bits & (((<u64>1 << INDEX_SHIFT) << entry) - 1);
  return (entry >> 16) + <u32>(codeAndExtra >> ((entry >> 8) & 31));
}

/** Writes up to 15 bytes more than the match has. */
@inline
function copyMatch(to: usize, distance: usize, length: usize): void {
  const end = to + length;
  let from = to - distance;
  if (distance >= 16) {
    v128.store(to, v128.load(from));
    if (length > 16) {
      do {
        from += 16;
        to += 16;
        v128.store(to, v128.load(from));
      } while (to + 16 < end);
    }
  } else {
    const repeated = i8x16.swizzle(v128.load(from), v128.load(REPEATS + (distance << 4)));
    const step = <usize>load<u8>(REPEATED_BYTES + distance);
    do {
      v128.store(to, repeated);
      to += step;
    } while (to < end);
  }
}

function fillRepeats(): void {
  for (let distance: u32 = 1; distance < 16; distance++) {
    for (let i: u32 = 0; i < 16; i++) store<u8>(REPEATS + (distance << 4) + i, i % distance);
    store<u8>(REPEATED_BYTES + distance, 16 - (16 % distance));
  }
}

fillRepeats();
