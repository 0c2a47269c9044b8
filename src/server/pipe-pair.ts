import { ConnectionError } from '../rfb/errors.ts';
import type { BytePipe } from '../rfb/protocol/connection.ts';

export interface PipePairOptions {
  /** What the two ends are called in messages. */
  readonly names?: readonly [string, string] | undefined;
  /** Bytes that may wait unread in either direction before `write` stops resolving. */
  readonly highWaterMark?: number | undefined;
}

/** Like a socket's send and receive buffers together. */
const HIGH_WATER_MARK = 256 * 1024;

/**
 * Two pipes, each the other's far end, in memory: with a socket's manners. What was written before a close still arrives,
 * then `incoming` ends; a write towards a closed end fails; a reader who is slow is felt by who writes and awaits.
 */
export function pipePair(options: PipePairOptions = {}): [BytePipe, BytePipe] {
  const { names = ['memory', 'memory'], highWaterMark = HIGH_WATER_MARK } = options;
  const there = new Channel(highWaterMark);
  const back = new Channel(highWaterMark);
  return [pipe(names[0], back, there), pipe(names[1], there, back)];
}

function pipe(name: string, incoming: Channel, outgoing: Channel): BytePipe {
  return {
    name,
    incoming,
    write: (bytes) => outgoing.write(bytes),
    async close() {
      outgoing.end();
      incoming.abandon();
    },
  };
}

/** One direction. */
class Channel implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #highWaterMark: number;
  readonly #chunks: Uint8Array[] = [];
  #queued = 0;
  #ended = false;
  #abandoned = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  constructor(highWaterMark: number) {
    this.#highWaterMark = highWaterMark;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#assertOpen();
    if (bytes.length > 0) {
      this.#chunks.push(bytes.slice());
      this.#queued += bytes.length;
      this.#wakeReader?.();
    }
    while (this.#queued >= this.#highWaterMark) {
      await new Promise<void>((resolve) => this.#wakeWriters.push(resolve));
      this.#assertOpen();
    }
  }

  /** The writer has closed: what is queued is still read. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** The reader has closed: nothing is read any more. */
  abandon(): void {
    this.#abandoned = true;
    this.#chunks.length = 0;
    this.#queued = 0;
    this.#wake();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const value = this.#chunks.shift();
      if (value) {
        this.#queued -= value.length;
        if (this.#queued < this.#highWaterMark) this.#wakeAllWriters();
        return { value, done: false };
      }
      if (this.#ended || this.#abandoned) return { value: undefined, done: true };
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.abandon();
    return { value: undefined, done: true };
  }

  #assertOpen(): void {
    if (this.#ended) throw new ConnectionError('CLOSED', 'this end of the connection is closed');
    if (this.#abandoned) throw new ConnectionError('CONNECTION_LOST', 'the peer closed the connection');
  }

  #wake(): void {
    this.#wakeReader?.();
    this.#wakeAllWriters();
  }

  #wakeAllWriters(): void {
    const waiting = this.#wakeWriters;
    this.#wakeWriters = [];
    for (const wake of waiting) wake();
  }
}
