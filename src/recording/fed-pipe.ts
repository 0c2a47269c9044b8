import type { BytePipe } from '../rfb/protocol/connection.ts';

/** A pipe whose incoming bytes are fed by hand, one piece after the other; what is written to it is of no interest. */
export class FedPipe implements BytePipe {
  readonly name: string;
  readonly incoming: AsyncIterable<Uint8Array>;
  #piece: Uint8Array | undefined;
  #ended = false;
  #wakeReader = () => {};
  #wakeFeeder = () => {};

  constructor(name: string) {
    this.name = name;
    this.incoming = this.#pieces();
  }

  /** Resolves when all of `bytes` has been taken and more is wanted, or nothing ever will be. */
  async feed(bytes: Uint8Array): Promise<void> {
    if (this.#ended || bytes.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#wakeFeeder = resolve;
      this.#piece = bytes;
      this.#wakeReader();
    });
  }

  async write(): Promise<void> {}

  async close(): Promise<void> {
    this.#ended = true;
    this.#wakeReader();
    this.#wakeFeeder();
  }

  async *#pieces(): AsyncGenerator<Uint8Array> {
    while (!this.#ended) {
      const piece = this.#piece;
      if (piece !== undefined) {
        this.#piece = undefined;
        yield piece;
        this.#wakeFeeder();
      } else await new Promise<void>((resolve) => (this.#wakeReader = resolve));
    }
  }
}
