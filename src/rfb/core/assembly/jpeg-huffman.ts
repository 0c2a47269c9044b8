/** Huffman tables and entropy-coded segments, ITU T.81 annexes B.1.1.5, C and F.2.2. */

/** Codes up to this length are decoded by one look into a table. */
export const LOOKAHEAD: u32 = 10;

/** How far the position moves at the end of a block, and where there is no such code: beyond all 64 places. */
export const END_OF_BLOCK: u32 = 256;
const NO_CODE: u32 = (128 << 16) | 1;

const MAX_CODE_LENGTH: u32 = 16;

// A table: its definition as it was sent (16 counts, then the symbols), the lookup, and for each longer length the first
// code that is too big for it (left-aligned in 16 bits) and where its symbols begin.
const LOOKUP: u32 = MAX_CODE_LENGTH + 256;
const LIMITS: u32 = LOOKUP + (4 << LOOKAHEAD);
const OFFSETS: u32 = LIMITS + 4 * (MAX_CODE_LENGTH + 1);
const TABLE_SIZE: u32 = OFFSETS + 4 * (MAX_CODE_LENGTH + 1);

/** DC 0 and 1, AC 0 and 1. They outlive a picture: servers send the same definitions with every one. */
const TABLES = memory.data(4 * TABLE_SIZE, 16);

/** The table of class 0 (DC) or 1 (AC). */
export function huffmanTable(tableClass: u32, index: u32): usize {
  return TABLES + (tableClass * 2 + index) * TABLE_SIZE;
}

/** Where a table's lookup begins. */
// @ts-ignore: decorator
@inline
export function lookupOf(table: usize): usize {
  return table + LOOKUP;
}

/** Makes a table of a definition with `symbolCount` symbols; false where it is none for samples of 8 bits. */
export function defineHuffmanTable(table: usize, isAc: bool, definition: usize, symbolCount: u32): bool {
  const length = MAX_CODE_LENGTH + symbolCount;
  if (memory.compare(table, definition, length) == 0) return true;
  memory.fill(table, 0, TABLE_SIZE);
  const symbols = definition + MAX_CODE_LENGTH;
  const maxSize: u32 = isAc ? 10 : 11;
  let code: u32 = 0;
  let next: u32 = 0;
  for (let codeLength: u32 = 1; codeLength <= MAX_CODE_LENGTH; codeLength++) {
    const count = <u32>load<u8>(definition + codeLength - 1);
    // No code is all ones.
    if (count && code + count >= 1 << codeLength) return false;
    store<i32>(table + OFFSETS + (codeLength << 2), <i32>next - <i32>code);
    for (let i: u32 = 0; i < count; i++) {
      const entry = entryOf(load<u8>(symbols + next), codeLength, isAc);
      if (((entry >> 8) & 15) > maxSize) return false;
      if (codeLength <= LOOKAHEAD) {
        const spare = LOOKAHEAD - codeLength;
        const first = table + LOOKUP + ((code << spare) << 2);
        for (let j: u32 = 0; j < 1 << spare; j++) store<u32>(first + (j << 2), entry);
      }
      code++;
      next++;
    }
    store<u32>(table + LIMITS + (codeLength << 2), code << (MAX_CODE_LENGTH - codeLength));
    code <<= 1;
  }
  // Last, so that a definition that was refused is not taken for a known one.
  memory.copy(table, definition, length);
  return true;
}

/**
 * What a symbol means, in one word: bits 0-5 the bits of its code and of the value after it, bits 8-11 those of the value
 * alone, from bit 16 on how far the position in the block moves.
 */
function entryOf(symbol: u32, codeLength: u32, isAc: bool): u32 {
  if (!isAc) return ((symbol & 0xf0 ? 15 : symbol) << 8) | (codeLength + symbol);
  const size = symbol & 15;
  const run = symbol >> 4;
  const advance = size == 0 && run != 15 ? END_OF_BLOCK : run + 1;
  return (advance << 16) | (size << 8) | (codeLength + size);
}

/** The entry for a code longer than LOOKAHEAD at the top of `buffer`, or NO_CODE. */
export function longCode(lookup: usize, buffer: u64, isAc: bool): u32 {
  const table = lookup - LOOKUP;
  const bits = <u32>(buffer >> 48);
  for (let codeLength = LOOKAHEAD + 1; codeLength <= MAX_CODE_LENGTH; codeLength++) {
    if (bits >= load<u32>(table + LIMITS + (codeLength << 2))) continue;
    const index = <i32>(bits >> (MAX_CODE_LENGTH - codeLength)) + load<i32>(table + OFFSETS + (codeLength << 2));
    return entryOf(load<u8>(table + MAX_CODE_LENGTH + index), codeLength, isAc);
  }
  return NO_CODE;
}

/** Where `unstuff` stopped in the source: at a marker or at the end. */
export let segmentEnd: usize = 0;

/**
 * Copies an entropy-coded segment without its stuffed bytes, **backwards**: the first byte to `top - 1`. So a plain
 * little-endian load below any place has the next bits on top. Returns the address of the last byte; writes up to 16
 * bytes below it.
 */
export function unstuff(source: usize, sourceEnd: usize, top: usize): usize {
  const marks = i8x16.splat(-1);
  while (source + 16 <= sourceEnd) {
    const bytes = v128.load(source);
    const found = <u32>i8x16.bitmask(i8x16.eq(bytes, marks));
    v128.store(top - 16, v128.shuffle<u8>(bytes, bytes, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
    if (!found) {
      source += 16;
      top -= 16;
      continue;
    }
    const plain = ctz(found);
    source = afterMark(source + plain, sourceEnd);
    top -= plain;
    if (!source) return top;
    store<u8>(--top, 0xff);
  }
  while (source < sourceEnd) {
    const byte = load<u8>(source);
    if (byte == 0xff) {
      source = afterMark(source, sourceEnd);
      if (!source) return top;
    } else {
      source++;
    }
    store<u8>(--top, byte);
  }
  segmentEnd = sourceEnd;
  return top;
}

/** Behind the stuffed byte that makes data of the 0xff at `mark`; 0 where that is a marker and ends the segment. */
function afterMark(mark: usize, sourceEnd: usize): usize {
  let next = mark + 1;
  while (next < sourceEnd && load<u8>(next) == 0xff) next++;
  if (next < sourceEnd && load<u8>(next) == 0) return next + 1;
  segmentEnd = next < sourceEnd ? next - 1 : sourceEnd;
  return 0;
}
