import type { TLSSocket } from 'node:tls';
import { ConnectionError, RfbError } from '../../../errors.ts';
import { errorText } from '../../../node-error.ts';
import { type BytePipe, Connection } from '../../connection.ts';
import type { PipeStream } from './pipe-stream.ts';
import { tlsAlert } from './tls-alert.ts';

/** How long the last bytes may take to be on their way. */
const CLOSE_GRACE_MS = 250;

/** What goes through TLS, over a pipe of whatever kind. */
export class TlsPipe implements BytePipe {
  readonly confidential = true;
  readonly name: string;
  readonly host: string | undefined;
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly #around: BytePipe;
  readonly #stream: PipeStream;
  readonly #socket: TLSSocket;
  #closing: Promise<void> | undefined;

  constructor(around: BytePipe, stream: PipeStream, socket: TLSSocket) {
    this.name = around.name;
    this.host = around.host;
    this.#around = around;
    this.#stream = stream;
    this.#socket = socket;
    this.incoming = this.#read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#closing) throw new ConnectionError('CLOSED', `the connection to ${this.name} is closed`);
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes, (error) => (error ? reject(this.#lost(error)) : resolve()));
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
    } catch (error) {
      if (!this.#closing) throw this.#lost(error);
    }
  }

  async #close(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, CLOSE_GRACE_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#socket.destroyed) done();
      else this.#socket.once('close', done).end(done);
    });
    await this.#around.close();
    this.#socket.destroy();
  }

  #lost(error: unknown): RfbError {
    return connectionLost(this.name, this.#stream, error);
  }
}

/** Waits for the end of the TLS handshake. The socket is destroyed when there is none. */
export async function secured(
  connection: Connection,
  stream: PipeStream,
  socket: TLSSocket,
  event: 'secureConnect' | 'secure',
): Promise<Connection> {
  const { pipe } = connection;
  // For good: between this and the next to listen, an error must not end the process.
  socket.on('error', () => {});
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve).once('error', reject);
      socket.once('close', () => reject(new Error('closed by the peer')));
    });
  } catch (error) {
    socket.destroy();
    throw connectionLost(pipe.name, stream, error, 'in the TLS handshake');
  }
  return new Connection(new TlsPipe(pipe, stream, socket));
}

function connectionLost(name: string, { failure }: PipeStream, error: unknown, when = ''): RfbError {
  if (failure instanceof RfbError) return failure;
  const alert = tlsAlert(name, error, 'security');
  if (alert !== undefined) return alert;
  const where = `the connection to ${name} broke${when === '' ? '' : ` ${when}`}`;
  return new ConnectionError('CONNECTION_LOST', `${where}: ${errorText(failure ?? error)}`, {
    cause: failure ?? error,
  });
}
