import { ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';

export type ReceiveBuffers = () => readonly [Uint8Array, Uint8Array];

/** What RFB runs over: bytes in order, both ways. Transports return one; TLS inside RFB wraps one into another. */
export interface BytePipe {
  /** Where it leads, for messages: `127.0.0.1:5901`. Never holds a secret. */
  readonly name: string;
  /** The host that it leads to, for which a certificate must be; left out where that has no name (a Unix socket, a command). */
  readonly host?: string | undefined;
  /** Nobody on the way can read along: it is encrypted, or does not leave the machine. */
  readonly confidential?: boolean | undefined;
  /** What the caller's TLS options are to prove was proved on the way: TLS inside need not do it again. */
  readonly certified?: boolean | undefined;
  /** Ends when the peer closes, throws `ConnectionError` when the connection breaks. Iterated once. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /**
   * Has bytes received into these two buffers, which are asked for before each read and filled in turns. From then on a chunk is the
   * receiver's only until it asks for the next. Left out where that is not possible.
   */
  receiveInto?(buffers: ReceiveBuffers): void;
  /** Resolves when the bytes are on their way and the pipe takes more. The pipe does not keep `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Idempotent. Ends `incoming`, and leaves nothing that keeps the process alive. */
  close(): Promise<void>;
}

/** A pipe with its reader: what the handshake and the security types talk to. */
export class Connection {
  readonly pipe: BytePipe;
  readonly reader: ByteReader;

  constructor(pipe: BytePipe) {
    this.pipe = pipe;
    this.reader = new ByteReader(pipe.incoming);
  }

  /** Sends what `out` holds, as one write. */
  async send(out: ByteWriter): Promise<void> {
    await this.pipe.write(out.take());
  }
}
