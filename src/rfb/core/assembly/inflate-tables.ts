/**
 * Huffman tables. The codes in use, of whichever stream, are decoded by one pair of tables at fixed addresses, which is
 * faster than tables in each stream's state and much smaller; a block that goes on after another stream's has them built
 * again from its code lengths.
 */
import { DISTANCE_LENGTHS, Inflate, LITLEN_LENGTHS, PRECODE_LENGTHS } from './inflate-state';

/*
 * An entry of a table (and, without its code's length, of a list of symbols), the codes' next bits being the index:
 *   literal        31 set · 23-16 the byte
 *   length         29-25 mask of the extra bits · 24-16 base
 *   distance       30-16 base
 *   precode        30-16 the symbol
 *   second level   15 and 14 set · 30-16 offset of the table · 11-8 bits of its index
 *   end of block   15 and 13 set
 *   invalid        15 set
 * All: 7-0 the bits to take, those of the code and the extra ones; but for the second level: 12-8 the code's bits plus
 * INDEX_SHIFT.
 */
export const LITERAL: u32 = 0x8000_0000;
export const EXCEPTION: u32 = 0x8000;
export const SECOND_LEVEL: u32 = 0x4000;
export const END_OF_BLOCK: u32 = 0x2000;

/** Entries are 4 bytes: what is looked up keeps two spent bits below the codes, so that masking it yields an offset. */
export const INDEX_SHIFT: u32 = 2;

const LITLEN_ROOT: u32 = 11;
const DISTANCE_ROOT: u32 = 8;
const PRECODE_ROOT: u32 = 7;

// Sizes with all second levels: zlib's examples/enough.c for 288 symbols, 11 root bits; 32 symbols, 8 root bits; codes of 15.
const LITLEN_TABLE: usize = memory.data(2342 * 4, 64);
const DISTANCE_TABLE: usize = memory.data(402 * 4, 64);
const PRECODE_TABLE: usize = memory.data(128 * 4, 64);
const FIXED_LITLEN: usize = memory.data(512 * 4, 64);
const FIXED_DISTANCE: usize = memory.data(32 * 4, 64);

const LITLEN_SYMBOLS: usize = memory.data(288 * 4, 16);
const DISTANCE_SYMBOLS: usize = memory.data(32 * 4, 16);
const PRECODE_SYMBOLS: usize = memory.data(19 * 4, 16);

// Scratch of buildTable: per code length, how many codes there are and where their symbols go in SORTED.
const COUNTS: usize = memory.data(16 * 4, 16);
const OFFSETS: usize = memory.data(16 * 4, 16);
const SORTED: usize = memory.data(288 * 2, 16);

const NOBODY: usize = 0;
const FIXED: usize = 1;
/** Whose codes the tables decode: FIXED or a stream's address. */
let owner: usize = NOBODY;
export let litlenMask: u32 = 0;
export let distanceMask: u32 = 0;

/** An entry for the codes that `bits` begin with, after INDEX_SHIFT bits of no account. */
@inline
export function litlenEntry(bits: u64, mask: u32): u32 {
  return load<u32>(<u32>bits & mask, LITLEN_TABLE);
}

@inline
export function litlenSecondLevel(entry: u32, bits: u64): u32 {
  return load<u32>((entry >> 16) + (<u32>bits & maskOf((entry >> 8) & 15)), LITLEN_TABLE);
}

@inline
export function distanceEntry(bits: u64, mask: u32): u32 {
  return load<u32>(<u32>bits & mask, DISTANCE_TABLE);
}

@inline
export function distanceSecondLevel(entry: u32, bits: u64): u32 {
  return load<u32>((entry >> 16) + (<u32>bits & maskOf((entry >> 8) & 15)), DISTANCE_TABLE);
}

@inline
export function precodeEntry(bits: u64, mask: u32): u32 {
  return load<u32>(<u32>(bits << INDEX_SHIFT) & mask, PRECODE_TABLE);
}

@inline
function maskOf(bits: u32): u32 {
  return ((1 << bits) - 1) << INDEX_SHIFT;
}

/** Has the tables decode the codes of the block that `s` is in. Its code lengths must have passed `useNewCodes`. */
export function useCodes(s: Inflate): void {
  if (!s.fixedCodes) {
    if (owner != changetype<usize>(s)) useNewCodes(s);
  } else if (owner != FIXED) {
    owner = FIXED;
    memory.copy(LITLEN_TABLE, FIXED_LITLEN, 512 * 4);
    memory.copy(DISTANCE_TABLE, FIXED_DISTANCE, 32 * 4);
    litlenMask = maskOf(9);
    distanceMask = maskOf(5);
  }
}

/** The same for code lengths just read; false if they are no codes. */
export function useNewCodes(s: Inflate): bool {
  const state = changetype<usize>(s);
  owner = NOBODY;
  if (!load<u8>(state + LITLEN_LENGTHS + 256)) return false;
  const litlenBits = buildTable(LITLEN_TABLE, LITLEN_ROOT, state + LITLEN_LENGTHS, s.litlenCount, LITLEN_SYMBOLS);
  if (litlenBits < 0) return false;
  const lengths = state + DISTANCE_LENGTHS;
  const distanceBits = buildTable(DISTANCE_TABLE, DISTANCE_ROOT, lengths, s.distanceCount, DISTANCE_SYMBOLS);
  if (distanceBits < 0) return false;
  litlenMask = maskOf(litlenBits);
  distanceMask = maskOf(distanceBits);
  owner = state;
  return true;
}

/** Builds the table of the precode; returns the mask for `precodeEntry`, 0 if the code lengths are no code. */
export function usePrecode(s: Inflate): u32 {
  const lengths = changetype<usize>(s) + PRECODE_LENGTHS;
  const bits = buildTable(PRECODE_TABLE, PRECODE_ROOT, lengths, 19, PRECODE_SYMBOLS);
  if (bits < 0) return 0;
  if (load<u32>(PRECODE_TABLE) & EXCEPTION) {
    // As zlib does: without any symbol all code lengths are 0, a bit each, and what is wrong with that is seen at their end.
    const zero = entryOf(PRECODE_SYMBOLS, 0, 1);
    store<u32>(PRECODE_TABLE, zero);
    store<u32>(PRECODE_TABLE, zero, 4);
  }
  // Here zlib takes no incomplete code else.
  return load<u32>(PRECODE_TABLE, 4) & EXCEPTION ? 0 : maskOf(bits);
}

/**
 * Fills `table` for the code lengths of `count` symbols, which are padded with zeros to a multiple of 8. Like zlib, takes
 * an incomplete code only if it is a single one of one bit, or none at all; what it leaves undefined is invalid.
 * Returns how many bits the first level decodes, `root` or fewer; -1 if the lengths are no code.
 */
function buildTable(table: usize, root: u32, lengths: usize, count: u32, symbols: usize): i32 {
  const zero = i32x4.splat(0);
  v128.store(COUNTS, zero);
  v128.store(COUNTS, zero, 16);
  v128.store(COUNTS, zero, 32);
  v128.store(COUNTS, zero, 48);
  for (let i: u32 = 0; i < count; i += 8) {
    for (let eight = load<u64>(lengths + i); eight; eight >>= 8) {
      const at = COUNTS + ((<u32>eight & 15) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
  }
  let longest: u32 = 15;
  while (longest && !countOf(longest)) longest--;

  let space: u32 = 0;
  let sortedCount: u32 = 0;
  for (let length: u32 = 1; length <= longest; length++) {
    store<u32>(OFFSETS + (length << 2), sortedCount);
    sortedCount += countOf(length);
    space = (space << 1) + countOf(length);
  }
  if (longest < 2 && space < 2) {
    const only = lengthOne(lengths, count);
    store<u32>(table, space ? entryOf(symbols, only, 1) : EXCEPTION | 1);
    store<u32>(table, EXCEPTION | 1, 4);
    return 1;
  }
  if (space != <u32>1 << longest) return -1;

  // Symbols without a code go behind the others.
  store<u32>(OFFSETS, sortedCount);
  for (let i: u32 = 0; i < count; i += 8) {
    let symbol = i;
    for (let eight = load<u64>(lengths + i); eight; eight >>= 8) {
      const at = OFFSETS + ((<u32>eight & 15) << 2);
      const index = load<u32>(at);
      store<u32>(at, index + 1);
      store<u16>(SORTED + (index << 1), symbol);
      symbol++;
    }
  }

  // Codes in order, each reversed as it is read. The first level grows to twice its size with each bit.
  const rootBits = min(root, longest);
  let sorted = SORTED;
  let length: u32 = 1;
  while (!countOf(length)) length++;
  let left = countOf(length);
  let code: u32 = 0;
  let size: u32 = 1 << length;
  while (length <= rootBits) {
    do {
      store<u32>(table + (code << 2), entryOf(symbols, load<u16>(sorted), length));
      sorted += 2;
      if (code == size - 1) {
        for (; length < rootBits; length++) size = doubleTable(table, size);
        return rootBits;
      }
      code = codeAfter(code, size - 1);
    } while (--left);
    do {
      if (++length <= rootBits) size = doubleTable(table, size);
      left = countOf(length);
    } while (!left);
  }

  const rootMask: u32 = (1 << rootBits) - 1;
  let end = rootMask + 1;
  let start: u32 = 0;
  let prefix: u32 = -1;
  let ones: u32 = (1 << length) - 1;
  while (true) {
    if ((code & rootMask) != prefix) {
      // As many bits as it takes until the codes of this prefix fill the table.
      prefix = code & rootMask;
      start = end;
      let bits = length - rootBits;
      let filled = left;
      while (filled < <u32>1 << bits) {
        bits++;
        filled = (filled << 1) + countOf(rootBits + bits);
      }
      end = start + (1 << bits);
      store<u32>(table + (prefix << 2), (start << 18) | EXCEPTION | SECOND_LEVEL | (bits << 8) | rootBits);
    }
    const own = length - rootBits;
    const entry = entryOf(symbols, load<u16>(sorted), own);
    sorted += 2;
    for (let i = start + (code >> rootBits); i < end; i += <u32>1 << own) store<u32>(table + (i << 2), entry);
    if (code == ones) break;
    code = codeAfter(code, ones);
    left--;
    while (!left) left = countOf(++length);
    ones = (1 << length) - 1;
  }
  return rootBits;
}

@inline
function countOf(length: u32): u32 {
  return load<u32>(COUNTS + (length << 2));
}

@inline
function entryOf(symbols: usize, symbol: u32, length: u32): u32 {
  return load<u32>(symbols + (symbol << 2)) + (((length + INDEX_SHIFT) << 8) | length);
}

/** The code after `code`, both reversed; `ones` is the last one. */
@inline
function codeAfter(code: u32, ones: u32): u32 {
  const bit: u32 = 1 << (31 - clz(code ^ ones));
  return (code & (bit - 1)) | bit;
}

@inline
function doubleTable(table: usize, size: u32): u32 {
  const bytes = size << 2;
  for (let at: u32 = 0; at < bytes; at += 16) v128.store(table + bytes + at, v128.load(table + at));
  return size << 1;
}

/** The first symbol with a code length of 1, `count` if there is none. */
function lengthOne(lengths: usize, count: u32): u32 {
  let symbol: u32 = 0;
  while (symbol < count && load<u8>(lengths + symbol) != 1) symbol++;
  return symbol;
}

function fillSymbols(): void {
  for (let i: u32 = 0; i < 256; i++) store<u32>(LITLEN_SYMBOLS + (i << 2), LITERAL | (i << 16));
  store<u32>(LITLEN_SYMBOLS, EXCEPTION | END_OF_BLOCK, 256 * 4);
  let base: u32 = 3;
  for (let i: u32 = 0; i < 28; i++) {
    const extra: u32 = i < 8 ? 0 : (i >> 2) - 1;
    const mask: u32 = (1 << extra) - 1;
    store<u32>(LITLEN_SYMBOLS + (i << 2), (mask << 25) | (base << 16) | extra, 257 * 4);
    base += mask + 1;
  }
  store<u32>(LITLEN_SYMBOLS, 258 << 16, 285 * 4);
  store<u32>(LITLEN_SYMBOLS, EXCEPTION, 286 * 4);
  store<u32>(LITLEN_SYMBOLS, EXCEPTION, 287 * 4);
  base = 1;
  for (let i: u32 = 0; i < 30; i++) {
    const extra: u32 = i < 4 ? 0 : (i >> 1) - 1;
    store<u32>(DISTANCE_SYMBOLS + (i << 2), (base << 16) | extra);
    base += 1 << extra;
  }
  store<u32>(DISTANCE_SYMBOLS, EXCEPTION, 30 * 4);
  store<u32>(DISTANCE_SYMBOLS, EXCEPTION, 31 * 4);
  for (let i: u32 = 0; i < 19; i++) store<u32>(PRECODE_SYMBOLS + (i << 2), i << 16);
}

function fillFixedTables(): void {
  const lengths = memory.data(288, 16);
  for (let i: u32 = 0; i < 288; i++) store<u8>(lengths + i, i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
  buildTable(FIXED_LITLEN, 9, lengths, 288, LITLEN_SYMBOLS);
  memory.fill(lengths, 5, 32);
  buildTable(FIXED_DISTANCE, 5, lengths, 32, DISTANCE_SYMBOLS);
}

fillSymbols();
fillFixedTables();
