import type { Readable, Writable } from 'node:stream';
import { ConnectionError, type RfbError } from '../rfb/errors.ts';
import type { BytePipe } from '../rfb/protocol/connection.ts';
import { connectionLost } from './connect-error.ts';

export interface StreamPipeOptions extends Pick<BytePipe, 'name' | 'host' | 'confidential' | 'certified'> {
  readonly readable: Readable;
  /** A socket is both. */
  readonly writable: Writable;
  /** Where the bytes are, when they do not go through `readable`. */
  readonly intake?: Intake;
  /** Why the bytes ended: `undefined` when the peer simply closed. Left out, an error of the stream is the reason. */
  readonly explain?: (cause: Error | undefined, received: boolean) => Promise<RfbError | undefined>;
  /** Ends what stands behind the streams, once they are closed. */
  readonly release?: () => Promise<void>;
}

/** What has arrived. */
export interface Intake {
  /** The next chunk, or null when there is none. */
  take(): Uint8Array | null;
  /** Drops what is here and what will come. */
  drop(): void;
  onReady: () => void;
}

/** How long a peer has to take our last bytes and hang up. Servers do at once; a stopped one must not hold us. */
export const CLOSE_GRACE_MS = 500;

/** Node streams as a byte pipe. */
export class StreamPipe implements BytePipe {
  readonly name: string;
  readonly host: string | undefined;
  readonly confidential: boolean;
  readonly certified: boolean;
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly #options: StreamPipeOptions;
  readonly #intake: Intake;
  #wake: () => void = () => {};
  #received = false;
  /** A TLS alert is emitted without being kept in `errored`. */
  #fault: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: StreamPipeOptions) {
    this.name = options.name;
    this.host = options.host;
    this.confidential = options.confidential ?? false;
    this.certified = options.certified ?? false;
    this.#options = options;
    const { readable, writable } = options;
    this.#intake = options.intake ?? new StreamIntake(readable);
    this.#intake.onReady = () => this.#wake();
    for (const event of ['end', 'close', 'error']) readable.on(event, () => this.#wake());
    readable.on('error', (error) => {
      this.#fault ??= error;
    });
    // Whoever writes is told by its callback; without a listener the process would end.
    writable.on('error', () => {});
    this.incoming = this.#read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#closing !== undefined) throw this.#closed();
    if (bytes.length === 0) return;
    const { writable } = this.#options;
    try {
      await new Promise<void>((resolve, reject) => {
        writable.write(bytes, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      if (this.#closing !== undefined) throw this.#closed();
      throw (await this.#reason(writable.errored ?? this.#fault)) ?? connectionLost(this.name, error);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    const { readable } = this.#options;
    while (this.#closing === undefined) {
      const chunk = this.#intake.take();
      if (chunk !== null) {
        this.#received = true;
        yield chunk;
      } else if (readable.readableEnded || readable.destroyed) {
        const reason = await this.#reason(readable.errored ?? this.#fault);
        if (this.#closing === undefined && reason !== undefined) throw reason;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async #reason(cause: Error | undefined): Promise<RfbError | undefined> {
    const { explain } = this.#options;
    if (explain !== undefined) return await explain(cause, this.#received);
    return cause === undefined ? undefined : connectionLost(this.name, cause);
  }

  /**
   * Says goodbye before it hangs up: a socket closed with unread bytes in it resets the connection, and the peer may
   * then lose our last bytes, a key's release among them. So: end, read on and drop, destroy when the peer has closed.
   */
  async #close(): Promise<void> {
    const { readable, writable, release } = this.#options;
    this.#wake();
    if (!writable.destroyed) writable.end();
    this.#intake.drop();
    await closed(readable, CLOSE_GRACE_MS);
    readable.destroy();
    writable.destroy();
    await release?.();
  }

  #closed(): RfbError {
    return new ConnectionError('CLOSED', `the connection to ${this.name} is closed`);
  }
}

/** What a stream has buffered. */
class StreamIntake implements Intake {
  onReady: () => void = () => {};
  readonly #readable: Readable;
  #dropping = false;

  constructor(readable: Readable) {
    this.#readable = readable;
    readable.on('readable', () => (this.#dropping ? this.drop() : this.onReady()));
  }

  take(): Uint8Array | null {
    return this.#readable.read();
  }

  drop(): void {
    this.#dropping = true;
    while (this.#readable.read() !== null);
  }
}

function closed(readable: Readable, withinMs: number): Promise<void> {
  if (readable.closed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, withinMs);
    readable.once('close', done);
    function done(): void {
      clearTimeout(timer);
      readable.off('close', done);
      resolve();
    }
  });
}
