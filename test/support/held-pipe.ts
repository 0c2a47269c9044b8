import type { BytePipe, ReceiveBuffers } from '../../src/rfb/protocol/connection.ts';

/** Says `first`, and the rest when it is released; then it ends, or `stays`. Delivers in the receiver's buffers, as sockets do, if it `lends`. */
export class HeldPipe implements BytePipe {
  readonly name = 'test';
  readonly incoming: AsyncIterable<Uint8Array>;
  release = () => {};
  #buffers: ReceiveBuffers | undefined;
  #turn: 0 | 1 = 0;
  #closed = () => {};
  #lent: Uint8Array | undefined;
  readonly receiveInto?: (buffers: ReceiveBuffers) => void;

  constructor(first: Uint8Array, rest: readonly Uint8Array[], { lends = false, stays = false } = {}) {
    if (lends) {
      this.receiveInto = (buffers) => {
        this.#buffers = buffers;
      };
    }
    const released = new Promise<void>((resolve) => {
      this.release = resolve;
    });
    const closed = new Promise<void>((resolve) => {
      this.#closed = resolve;
    });
    let at = -1;
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      if (at === 0) await released;
      const value = at < 0 ? first : rest[at];
      at++;
      if (!value && stays) await closed;
      return value ? { value: this.#lend(value), done: false } : { value: undefined, done: true };
    };
    this.incoming = { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async write(): Promise<void> {}

  async close(): Promise<void> {
    this.#closed();
  }

  #lend(chunk: Uint8Array): Uint8Array {
    // What was lent is given back by now.
    this.#lent?.fill(0xee);
    this.#lent = undefined;
    const buffers = this.#buffers?.();
    if (!buffers || chunk.length > buffers[0].length) return chunk;
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#lent = buffers[this.#turn].subarray(0, chunk.length);
    this.#lent.set(chunk);
    return this.#lent;
  }
}
