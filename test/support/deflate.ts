import { constants, createDeflate, type ZlibOptions } from 'node:zlib';
import fc from 'fast-check';

export interface Piece {
  readonly data: Uint8Array;
  /** One of zlib's flush values, Z_NO_FLUSH for none. */
  readonly flush: number;
}

/** What a server does: one zlib stream with flushes in it. Each piece's bytes apart; the last ends the stream if `finish`. */
export async function deflatePieces(
  pieces: readonly Piece[],
  options: ZlibOptions,
  finish: boolean,
): Promise<Uint8Array[]> {
  const deflate = createDeflate(options);
  let chunks: Uint8Array[] = [];
  deflate.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const parts: Uint8Array[] = [];
  for (const { data, flush } of pieces) {
    await new Promise<void>((resolve) => deflate.write(data, () => resolve()));
    if (flush !== constants.Z_NO_FLUSH) await new Promise<void>((resolve) => deflate.flush(flush, resolve));
    parts.push(Buffer.concat(chunks));
    chunks = [];
  }
  if (finish) {
    await new Promise<void>((resolve) => deflate.on('end', resolve).end());
    parts.push(Buffer.concat(chunks));
  } else {
    deflate.destroy();
  }
  return parts;
}

/** Bytes of the kinds that screens are made of, `scale` being their size. */
export function screenBytes(scale: number): fc.Arbitrary<Uint8Array> {
  const noise = fc.uint8Array({ maxLength: scale });
  const repeated = fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(scale))
    .map(([period, length]) => Uint8Array.from({ length }, (_, i) => period[i % period.length] ?? 0));
  const few = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 40 }), fc.nat(scale)).map(([seed, colours, length]) => {
    let state = seed;
    return Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1103515245) + 12345) | 0;
      return ((state >>> 16) % colours) * 7;
    });
  });
  return fc.array(fc.oneof(noise, repeated, few), { maxLength: 6 }).map((parts) => Buffer.concat([...parts, ...parts]));
}

const { Z_BEST_COMPRESSION, Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED } = constants;

export const STRATEGIES = [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED] as const;

export const deflateOptions: fc.Arbitrary<ZlibOptions> = fc.record({
  level: fc.integer({ min: 0, max: Z_BEST_COMPRESSION }),
  strategy: fc.constantFrom(...STRATEGIES),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
});

export const pieces: fc.Arbitrary<Piece[]> = fc.array(
  fc.record({
    data: screenBytes(600),
    flush: fc.constantFrom(
      constants.Z_NO_FLUSH,
      constants.Z_PARTIAL_FLUSH,
      constants.Z_SYNC_FLUSH,
      constants.Z_FULL_FLUSH,
      constants.Z_BLOCK,
    ),
  }),
  { minLength: 1, maxLength: 6 },
);

/** Writes bits lowest first, and codes highest first, as deflate has them. */
export class BitWriter {
  readonly #bytes: number[] = [];
  #count = 0;

  bits(value: number, count: number): this {
    for (let i = 0; i < count; i++) {
      if (this.#count % 8 === 0) this.#bytes.push(0);
      const last = this.#bytes.length - 1;
      this.#bytes[last] = (this.#bytes[last] ?? 0) | (((value >>> i) & 1) << (this.#count % 8));
      this.#count++;
    }
    return this;
  }

  code(value: number, count: number): this {
    for (let i = count - 1; i >= 0; i--) this.bits(value >>> i, 1);
    return this;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
