import { Duplex } from 'node:stream';
import type { BytePipe, Connection } from '../../connection.ts';

/** A connection as a stream, for Node's TLS. The connection's reader must not be used afterwards. */
export class PipeStream extends Duplex {
  readonly #pipe: BytePipe;
  readonly #incoming: AsyncIterator<Uint8Array>;
  /** Why the pipe broke: Node's TLS tells less. */
  failure: unknown;

  constructor({ pipe, reader }: Connection) {
    super({ allowHalfOpen: false });
    this.#pipe = pipe;
    this.#incoming = reader.rest();
    // Whoever reads or writes is told; an error in between must not end the process.
    this.on('error', () => {});
  }

  override _read(): void {
    this.#incoming.next().then(
      ({ value, done }) => {
        this.push(done ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      },
      (error) => this.#fail(error),
    );
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pipe.write(chunk).then(
      () => done(),
      (error) => {
        this.failure ??= error;
        done(error);
      },
    );
  }

  #fail(error: Error): void {
    this.failure ??= error;
    this.destroy(error);
  }
}
