import { constants, createInflate, type Inflate } from 'node:zlib';
import { ConnectionError, ProtocolError } from '../errors.ts';
import { ByteReader } from './byte-reader.ts';

/** Output comes in buffers of this size; each costs a turn through zlib's thread. */
const CHUNK_SIZE = 64 * 1024;

/** Input goes in pieces of this size: at deflate's best ratio (1032:1) one piece is 33 MiB at most before a limit is noticed. */
const PIECE_SIZE = 32 * 1024;

interface Pending {
  readonly chunks: Uint8Array[];
  readonly limit: number;
  length: number;
  resolve(chunks: Uint8Array[]): void;
  reject(error: Error): void;
}

/** One zlib stream (RFC 1950) that lives as long as a connection: what was inflated before is the dictionary of what follows. */
export class InflateStream {
  #inflate: Inflate | undefined;
  #pending: Pending | undefined;
  #closed = false;

  /**
   * Feeds `input` and returns all that it inflates to, in buffers that are the caller's. One call at a time; `input` is
   * borrowed until the promise settles.
   * @throws ProtocolError `BAD_ZLIB` when it is no zlib data or inflates to more than `limit` bytes
   */
  async push(input: Uint8Array, limit: number): Promise<Uint8Array[]> {
    if (this.#closed) throw new ConnectionError('CLOSED', 'the zlib stream was closed');
    if (this.#pending) throw new RangeError('InflateStream.push: the call before has not settled');
    if (input.length === 0) return [];
    const inflate = this.#open();
    return new Promise((resolve, reject) => {
      this.#pending = { chunks: [], limit, length: 0, resolve, reject };
      inflate.write(input, () => {
        if (inflate === this.#inflate) this.#settle((pending) => pending.resolve(pending.chunks));
      });
    });
  }

  /** Begins a new zlib stream with the next `push`. */
  reset(): void {
    this.#drop(new ConnectionError('CLOSED', 'the zlib stream was reset'));
  }

  /** Frees the stream; a `push` that is under way rejects. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#drop(new ConnectionError('CLOSED', 'the zlib stream was closed'));
  }

  /** Created late: a connection has six of these, and seldom uses more than one. */
  #open(): Inflate {
    if (this.#inflate) return this.#inflate;
    const { Z_SYNC_FLUSH } = constants;
    const inflate = createInflate({ flush: Z_SYNC_FLUSH, finishFlush: Z_SYNC_FLUSH, chunkSize: CHUNK_SIZE });
    inflate.on('data', (chunk: Buffer) => {
      if (inflate === this.#inflate) this.#collect(chunk);
    });
    inflate.on('error', (cause) => {
      if (inflate !== this.#inflate) return;
      this.#drop(new ProtocolError('BAD_ZLIB', `corrupt zlib data: ${cause.message}`, { cause }));
    });
    // zlib asks for no more: its stream is complete, but input is left.
    inflate.on('end', () => {
      if (inflate !== this.#inflate) return;
      this.#drop(new ProtocolError('BAD_ZLIB', 'zlib data goes on after its end marker'));
    });
    this.#inflate = inflate;
    return inflate;
  }

  #collect(chunk: Uint8Array): void {
    const pending = this.#pending;
    if (!pending) return;
    pending.length += chunk.length;
    pending.chunks.push(chunk);
    if (pending.length > pending.limit) {
      this.#drop(tooLong(pending.limit));
    }
  }

  #drop(reason: Error): void {
    const inflate = this.#inflate;
    this.#inflate = undefined;
    inflate?.destroy();
    this.#settle((pending) => pending.reject(reason));
  }

  #settle(how: (pending: Pending) => void): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending) how(pending);
  }
}

/**
 * The `length` compressed bytes that come next in `source`, read as what they inflate to, at most `limit` bytes. They are
 * taken from `source` only as far as `reader` needs them; `finish` takes the rest.
 */
export class InflatedPayload {
  /** Over the inflated bytes. Wanting more of them than there are is a ProtocolError `BAD_ZLIB`. */
  readonly reader: ByteReader;
  readonly #source: ByteReader;
  readonly #stream: InflateStream;
  readonly #length: number;
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #left: number;
  #inflated = 0;

  constructor(source: ByteReader, length: number, stream: InflateStream, limit: number) {
    this.#source = source;
    this.#stream = stream;
    this.#length = length;
    this.#limit = limit;
    this.#left = length;
    this.reader = new ByteReader(this.#iterate());
  }

  /**
   * Feeds what is left of the compressed bytes, so that the stream is in step for the next payload.
   * @throws ProtocolError `BAD_ZLIB` when they inflate to more than was read
   */
  async finish(): Promise<void> {
    while (this.#left > 0) await this.#step();
    if (this.#inflated > this.reader.offset) throw tooLong(this.reader.offset);
  }

  #iterate(): AsyncIterable<Uint8Array> {
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      for (;;) {
        const value = this.#chunks.shift();
        if (value) return { value, done: false };
        if (this.#left === 0) {
          throw new ProtocolError(
            'BAD_ZLIB',
            `${this.#length} bytes of zlib data inflate to ${this.#inflated}, more are wanted`,
          );
        }
        await this.#step();
      }
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async #step(): Promise<void> {
    const piece = Math.min(this.#left, PIECE_SIZE);
    if (!this.#source.has(piece)) await this.#source.need(piece);
    this.#left -= piece;
    for (const chunk of await this.#stream.push(this.#source.view(piece), this.#limit - this.#inflated)) {
      this.#inflated += chunk.length;
      this.#chunks.push(chunk);
    }
  }
}

function tooLong(wanted: number): ProtocolError {
  return new ProtocolError('BAD_ZLIB', `zlib data inflates to more than the ${wanted} bytes wanted`);
}
