import type { Choices } from './choices.ts';

/** What a zlib stream may do wrong; each is an error at once. */
export const DEFLATE_FAULTS = [
  'block type 3',
  'stored length',
  'distance too far',
  'length symbol 286',
  'distance symbol 30',
  'too many codes',
  'zlib header',
  'data after the end',
] as const;
export type DeflateFault = (typeof DEFLATE_FAULTS)[number];

const HISTORY = 32_768;
const SHORTEST_MATCH = 3;
const MAX_MATCH = 258;
/** Codes of up to 15 bits a byte: what is longer would be longer than a peer may announce. */
const MAX_DYNAMIC = 1500;

/** RFC 1951 §3.2.5. */
const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12_289, 16_385, 24_577,
];
const lengthExtra = (symbol: number) => (symbol < 8 || symbol === 28 ? 0 : (symbol >> 2) - 1);
const distanceExtra = (symbol: number) => (symbol < 4 ? 0 : (symbol >> 1) - 1);
const PRECODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const LENGTH_SYMBOL = new Uint8Array(MAX_MATCH + 1);
for (const [symbol, base] of LENGTH_BASE.entries()) LENGTH_SYMBOL.fill(symbol, base);

/** The lengths of a code's symbols, and its codes as they are written: reversed. */
interface Code {
  readonly lengths: Uint8Array;
  readonly codes: Uint16Array;
}

const FIXED_LITLEN = codeOf(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)));
const FIXED_DISTANCE = codeOf(new Uint8Array(32).fill(5));
const END_OF_BLOCK = 256;

/** A match is its length in the upper half and its distance less 1 in the lower one; a literal is below 256. */
const tokenOf = (length: number, distance: number) => (length << 16) | (distance - 1);

/** A zlib stream as no library writes it: every kind of block, code, distance and flush, where the choices want them. */
export class DeflateWriter {
  /** What was compressed so far, the last 32 KiB at least, and what is about to be. */
  #bytes = new Uint8Array(4 * HISTORY);
  #start = 0;
  #end = 0;
  /** Where matches are possible, because it was copied: position, length, distance. */
  readonly #copies: number[] = [];
  #total = 0;
  #adler = 1;
  #begun = false;
  #maxDistance = HISTORY;
  /** No more can follow, until it is reset. */
  ended = false;
  readonly #out = new BitWriter();

  reset(): void {
    this.#start = 0;
    this.#end = 0;
    this.#copies.length = 0;
    this.#total = 0;
    this.#adler = 1;
    this.#begun = false;
    this.ended = false;
    this.#out.take();
    this.#out.dropBits();
  }

  add(bytes: Uint8Array): void {
    this.#room(bytes.length).set(bytes);
  }

  /** Adds bytes that compress: noise, runs, and what was there before at any distance. */
  compose(choices: Choices, length: number): void {
    for (let left = length; left > 0; ) {
      const kind = choices.below(3);
      const behind = Math.min(this.#maxDistance, this.#total + this.#end - this.#start);
      if (kind === 0 || behind === 0) {
        const piece = Math.min(left, choices.between(1, 60));
        choices.fill(this.#room(piece));
        left -= piece;
      } else {
        const distance = kind === 1 ? choices.between(1, Math.min(behind, 8)) : choices.between(1, behind);
        const piece = Math.min(left, choices.between(3, 400));
        const at = this.#end;
        this.#room(piece);
        for (let i = 0; i < piece; i++) this.#bytes[at + i] = this.#bytes[at + i - distance] ?? 0;
        this.#copies.push(at, piece, distance);
        left -= piece;
      }
    }
  }

  /** Compresses what was added. With `end`, the stream ends there. */
  flush(
    choices: Choices,
    { end = false, fault }: { end?: boolean; fault?: DeflateFault | undefined } = {},
  ): Uint8Array {
    const out = this.#out;
    const begun = this.#begun;
    if (!begun) this.#header(choices, fault === 'zlib header');
    const inside = fault && fault !== 'data after the end' && (begun || fault !== 'zlib header') ? fault : undefined;
    // What decoders do at the end of their input is not what they do before.
    const last = inside && this.#end - this.#start >= SHORTEST_MATCH && choices.oneIn(2);
    if (last) this.#end -= SHORTEST_MATCH;
    else if (inside) this.#faulty(inside, this.#total);
    const tokens = this.#tokens(choices);
    let position = this.#start;
    for (let from = 0; from < tokens.length; ) {
      const to = Math.min(tokens.length, from + choices.pick([1 << 20, 1, 50, 300]));
      let next = position;
      for (let i = from; i < to; i++) next += Math.max(1, (tokens[i] ?? 0) >>> 16);
      this.#block(choices, tokens.subarray(from, to), this.#bytes.subarray(position, next));
      from = to;
      position = next;
    }
    if (last) this.#faulty(inside, this.#total + this.#end - this.#start);
    this.#adler = adler32(this.#adler, this.#bytes, this.#start, this.#end);
    this.#total += this.#end - this.#start;
    this.#start = this.#end;
    this.#copies.length = 0;
    if (end || fault === 'data after the end') {
      out.bits(1, 1).bits(1, 2).code(FIXED_LITLEN, END_OF_BLOCK).align();
      for (let shift = 24; shift >= 0; shift -= 8) out.bits((this.#adler >>> shift) & 255, 8);
      this.ended = true;
      if (fault === 'data after the end') out.bits(choices.below(256), 8);
    } else if (choices.oneIn(4)) {
      // As Z_PARTIAL_FLUSH: what follows begins inside a byte, so the last bits stay here.
      out.bits(0, 1).bits(1, 2).code(FIXED_LITLEN, END_OF_BLOCK);
    } else {
      out.bits(0, 3).align().bits(0, 16).bits(0xffff, 16);
    }
    return out.take();
  }

  /** Room for bytes at the end. */
  #room(length: number): Uint8Array {
    if (this.#end + length > this.#bytes.length) {
      const keep = Math.max(0, this.#start - HISTORY);
      const needed = this.#end - keep + length;
      const bytes = needed > this.#bytes.length ? new Uint8Array(needed * 2) : this.#bytes;
      bytes.set(this.#bytes.subarray(keep, this.#end));
      this.#bytes = bytes;
      this.#start -= keep;
      this.#end -= keep;
      for (let i = 0; i < this.#copies.length; i += 3) this.#copies[i] = (this.#copies[i] ?? 0) - keep;
    }
    this.#end += length;
    return this.#bytes.subarray(this.#end - length, this.#end);
  }

  #header(choices: Choices, fault: boolean): void {
    this.#begun = true;
    const windowBits = choices.pick([15, 15, 15, 9, 12]);
    this.#maxDistance = 1 << windowBits;
    const method = ((windowBits - 8) << 4) | 8;
    const flags = choices.below(4) << 6;
    const check = 31 - (((method << 8) | flags) % 31);
    this.#out.bits(method, 8).bits(flags | (fault ? check ^ 1 : check), 8);
  }

  #tokens(choices: Choices): Uint32Array {
    const tokens = new Uint32Array(this.#end - this.#start);
    let count = 0;
    const bytes = this.#bytes;
    const copies = this.#copies;
    const longest = choices.pick([MAX_MATCH, MAX_MATCH, 3, 20]);
    // No distance, where nothing is to be found: else those of neighbouring bytes and pixels.
    const near = choices.pick([1, 3, 4, 2]);
    let copy = 0;
    for (let at = this.#start; at < this.#end; ) {
      while (copy < copies.length && at >= (copies[copy] ?? 0) + (copies[copy + 1] ?? 0)) copy += 3;
      const distance = copy < copies.length && at >= (copies[copy] ?? 0) ? (copies[copy + 2] ?? 1) : near;
      let length = 0;
      if (distance <= this.#total + at - this.#start && distance <= this.#maxDistance) {
        const most = Math.min(longest, this.#end - at);
        while (length < most && bytes[at + length] === bytes[at + length - distance]) length++;
      }
      if (length < 3) {
        tokens[count++] = bytes[at++] ?? 0;
      } else {
        tokens[count++] = tokenOf(length, distance);
        at += length;
      }
    }
    return tokens.subarray(0, count);
  }

  #block(choices: Choices, tokens: Uint32Array, bytes: Uint8Array): void {
    const out = this.#out;
    const kind = choices.below(5);
    if (kind === 0) {
      for (let from = 0; from < bytes.length; from += 0xffff) {
        const piece = bytes.subarray(from, from + 0xffff);
        out
          .bits(0, 3)
          .align()
          .bits(piece.length, 16)
          .bits(piece.length ^ 0xffff, 16)
          .bytes(piece);
      }
    } else if (kind < 4 || bytes.length > MAX_DYNAMIC) {
      out.bits(0, 1).bits(1, 2);
      writeTokens(out, tokens, FIXED_LITLEN, FIXED_DISTANCE);
    } else {
      out.bits(0, 1).bits(2, 2);
      this.#dynamic(choices, tokens);
    }
  }

  #dynamic(choices: Choices, tokens: Uint32Array): void {
    const litlenUsed = new Uint8Array(286);
    const distanceUsed = new Uint8Array(30);
    litlenUsed[END_OF_BLOCK] = 1;
    for (const token of tokens) {
      if (token < 0x10000) {
        litlenUsed[token] = 1;
      } else {
        litlenUsed[257 + (LENGTH_SYMBOL[token >>> 16] ?? 0)] = 1;
        distanceUsed[distanceSymbol((token & 0xffff) + 1)] = 1;
      }
    }
    // A code needs a second symbol, but for distances, where one or none will do.
    litlenUsed[choices.below(256)] = 1;
    const litlen = codeOf(randomLengths(choices, litlenUsed, 15));
    const distance = codeOf(randomLengths(choices, distanceUsed, 15));
    const litlenCount = Math.max(257, litlen.lengths.findLastIndex((length) => length > 0) + 1);
    const distanceCount = Math.max(1, distance.lengths.findLastIndex((length) => length > 0) + 1);
    const lengths = [...litlen.lengths.subarray(0, litlenCount), ...distance.lengths.subarray(0, distanceCount)];
    const runs = runsOf(choices, lengths);
    const precodeUsed = new Uint8Array(19);
    for (const { symbol } of runs) precodeUsed[symbol] = 1;
    precodeUsed[precodeUsed[0] ? 1 : 0] = 1;
    const precode = codeOf(randomLengths(choices, precodeUsed, 7));
    const precodeCount = Math.max(4, PRECODE_ORDER.findLastIndex((symbol) => precode.lengths[symbol]) + 1);
    const out = this.#out;
    out
      .bits(litlenCount - 257, 5)
      .bits(distanceCount - 1, 5)
      .bits(precodeCount - 4, 4);
    for (const symbol of PRECODE_ORDER.slice(0, precodeCount)) out.bits(precode.lengths[symbol] ?? 0, 3);
    for (const { symbol, extra, bits } of runs) out.code(precode, symbol).bits(extra, bits);
    writeTokens(out, tokens, litlen, distance);
  }

  /** `behind` bytes were written before. */
  #faulty(fault: DeflateFault, behind: number): void {
    const out = this.#out;
    switch (fault) {
      case 'block type 3':
        out.bits(0, 1).bits(3, 2);
        break;
      case 'stored length':
        out.bits(0, 3).align().bits(4, 16).bits(4, 16);
        break;
      case 'too many codes':
        out.bits(0, 1).bits(2, 2).bits(30, 5).bits(0, 5).bits(15, 4);
        break;
      default: {
        out.bits(0, 1).bits(1, 2);
        if (fault === 'length symbol 286') out.code(FIXED_LITLEN, 286);
        else out.code(FIXED_LITLEN, 257);
        if (fault === 'distance too far' && behind < HISTORY) writeDistance(out, FIXED_DISTANCE, behind + 1);
        else out.code(FIXED_DISTANCE, 30);
      }
    }
  }
}

function writeTokens(out: BitWriter, tokens: Uint32Array, litlen: Code, distance: Code): void {
  for (const token of tokens) {
    if (token < 0x10000) {
      out.code(litlen, token);
      continue;
    }
    const length = token >>> 16;
    const symbol = LENGTH_SYMBOL[length] ?? 0;
    out.code(litlen, 257 + symbol).bits(length - (LENGTH_BASE[symbol] ?? 0), lengthExtra(symbol));
    writeDistance(out, distance, (token & 0xffff) + 1);
  }
  out.code(litlen, END_OF_BLOCK);
}

function writeDistance(out: BitWriter, code: Code, distance: number): void {
  const symbol = distanceSymbol(distance);
  out.code(code, symbol).bits(distance - (DISTANCE_BASE[symbol] ?? 0), distanceExtra(symbol));
}

function distanceSymbol(distance: number): number {
  if (distance <= 4) return distance - 1;
  const bits = 31 - Math.clz32(distance - 1);
  return bits * 2 + (((distance - 1) >> (bits - 1)) & 1);
}

/** A complete code for the symbols that are used, of any shape; one symbol alone has one bit. */
function randomLengths(choices: Choices, used: Uint8Array, longest: number): Uint8Array {
  const symbols: number[] = [];
  for (const [symbol, yes] of used.entries()) if (yes) symbols.push(symbol);
  const lengths = new Uint8Array(used.length);
  const [only] = symbols;
  if (symbols.length === 1 && only !== undefined) lengths[only] = 1;
  if (symbols.length < 2) return lengths;
  // Leaves of a tree, one of which is split until there are enough; those that are deep enough stay.
  const leaves = [1, 1];
  const full: number[] = [];
  while (leaves.length + full.length < symbols.length) {
    const chosen = choices.below(leaves.length);
    const depth = (leaves[chosen] ?? 1) + 1;
    leaves[chosen] = leaves.at(-1) ?? 1;
    leaves.pop();
    (depth < longest ? leaves : full).push(depth, depth);
  }
  const depths = [...leaves, ...full];
  const rotation = choices.below(symbols.length);
  for (const [i, symbol] of symbols.entries()) lengths[symbol] = depths[(i + rotation) % depths.length] ?? 0;
  return lengths;
}

/** RFC 1951 §3.2.2. */
function codeOf(lengths: Uint8Array): Code {
  const codes = new Uint16Array(lengths.length);
  let code = 0;
  for (let length = 1; length <= 15; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      let reversed = 0;
      for (let bit = 0; bit < length; bit++) reversed |= ((code >> bit) & 1) << (length - 1 - bit);
      codes[symbol] = reversed;
      code++;
    }
    code <<= 1;
  }
  return { lengths, codes };
}

/** Code lengths as the precode has them, repeated ones as 16, 17 and 18 where the choices want it. */
function runsOf(choices: Choices, lengths: readonly number[]): { symbol: number; extra: number; bits: number }[] {
  const runs: { symbol: number; extra: number; bits: number }[] = [];
  const repeats = !choices.oneIn(3);
  for (let at = 0; at < lengths.length; ) {
    const length = lengths[at] ?? 0;
    let count = 1;
    while (repeats && count < 138 && lengths[at + count] === length) count++;
    if (length === 0 && count >= 11) {
      runs.push({ symbol: 18, extra: count - 11, bits: 7 });
    } else if (length === 0 && count >= 3) {
      runs.push({ symbol: 17, extra: count - 3, bits: 3 });
    } else if (count >= 4) {
      count = Math.min(count, 7);
      runs.push({ symbol: length, extra: 0, bits: 0 }, { symbol: 16, extra: count - 4, bits: 2 });
    } else {
      count = 1;
      runs.push({ symbol: length, extra: 0, bits: 0 });
    }
    at += count;
  }
  return runs;
}

function adler32(adler: number, bytes: Uint8Array, from: number, to: number): number {
  let low = adler & 0xffff;
  let high = adler >>> 16;
  for (let at = from; at < to; ) {
    for (const stop = Math.min(to, at + 3000); at < stop; at++) {
      low += bytes[at] ?? 0;
      high += low;
    }
    low %= 65_521;
    high %= 65_521;
  }
  return ((high << 16) | low) >>> 0;
}

/** Bits lowest first; codes are reversed already. */
class BitWriter {
  #bytes = new Uint8Array(4096);
  #length = 0;
  #bits = 0;
  #count = 0;

  /** At most 16. */
  bits(value: number, count: number): this {
    this.#bits |= value << this.#count;
    this.#count += count;
    while (this.#count >= 8) {
      this.#byte(this.#bits & 255);
      this.#bits >>>= 8;
      this.#count -= 8;
    }
    return this;
  }

  code({ lengths, codes }: Code, symbol: number): this {
    return this.bits(codes[symbol] ?? 0, lengths[symbol] ?? 0);
  }

  align(): this {
    return this.bits(0, (8 - this.#count) & 7);
  }

  /** Only where a byte begins. */
  bytes(bytes: Uint8Array): this {
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** The whole bytes so far. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  dropBits(): void {
    this.#bits = 0;
    this.#count = 0;
  }

  #byte(value: number): void {
    this.#grow(1);
    this.#bytes[this.#length++] = value;
  }

  #grow(length: number): void {
    if (this.#length + length <= this.#bytes.length) return;
    const bytes = new Uint8Array((this.#length + length) * 2);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}
