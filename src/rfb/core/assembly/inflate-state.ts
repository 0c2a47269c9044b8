/** What one zlib stream keeps from one piece of input or output to the next, and the bits of its input. */

/** The addresses hold for one run; all else can be moved to another place, or to another instance, between runs. */
@unmanaged
export class Inflate {
  /** The next `bitCount` bits of input, lowest first. What is above them is zero, or the input that follows. */
  bits: u64;
  bitCount: u32;
  mode: u32;
  startIn: usize;
  nextIn: usize;
  endIn: usize;
  nextOut: usize;
  endOut: usize;
  historyStart: usize;
  lastBlock: u32;
  fixedCodes: u32;
  /** Of a stored block. */
  storedLeft: u32;
  /** Of a match for which there was no room. */
  matchLeft: u32;
  matchDistance: u32;
  litlenCount: u32;
  distanceCount: u32;
  precodeCount: u32;
  /** Code lengths read so far. */
  lengthsRead: u32;
}

// The code lengths of a dynamic block, a byte each. Those of both codes are read in one go behind LITLEN_LENGTHS, 16 bytes
// at a time when they repeat; then each code's are padded with zeros to whole words.
export const PRECODE_LENGTHS: usize = offsetof<Inflate>();
export const LITLEN_LENGTHS: usize = PRECODE_LENGTHS + 32;
export const DISTANCE_LENGTHS: usize = LITLEN_LENGTHS + 336;
export const INFLATE_STATE_SIZE: usize = DISTANCE_LENGTHS + 32;

/** `bits` with the 8 bytes at `next` behind its `bitCount` bits; `refillBytes` says how many of them count. */
@inline
export function refill(bits: u64, bitCount: u32, next: usize): u64 {
  return bits | (load<u64>(next) << bitCount);
}

/** How many bytes a refill took; `bitCount | 56` is the new count. Looks at 6 bits of `bitCount` only. */
@inline
export function refillBytes(bitCount: u32): usize {
  return 7 - ((bitCount >> 3) & 7);
}

/** Whether `count` bits (32 at most) are there, after more input was taken if need be. */
@inline
export function fill(s: Inflate, count: u32): bool {
  return s.bitCount >= count || fillFromInput(s, count);
}

function fillFromInput(s: Inflate, count: u32): bool {
  if (s.endIn - s.nextIn >= 8) {
    s.bits = refill(s.bits, s.bitCount, s.nextIn);
    s.nextIn += refillBytes(s.bitCount);
    s.bitCount |= 56;
    return true;
  }
  while (s.bitCount < 56 && s.nextIn < s.endIn) {
    s.bits |= load<u8>(s.nextIn++) << s.bitCount;
    s.bitCount += 8;
  }
  return s.bitCount >= count;
}

@inline
export function take(s: Inflate, count: u32): u32 {
  const taken = <u32>(s.bits & ((<u64>1 << count) - 1));
  s.bits >>= count;
  s.bitCount -= count;
  return taken;
}

@inline
export function skipToByte(s: Inflate): void {
  take(s, s.bitCount & 7);
}

/** Returns whole unread bytes to the input. Only those of an incomplete code may be older than it, and they stay. */
export function giveBack(s: Inflate): void {
  const bytes = min(s.bitCount >> 3, <u32>(s.nextIn - s.startIn));
  s.nextIn -= bytes;
  s.bitCount -= bytes << 3;
  s.bits &= (<u64>1 << s.bitCount) - 1;
}
