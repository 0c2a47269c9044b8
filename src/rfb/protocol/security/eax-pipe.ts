import { ByteWriter } from '../../bytes/byte-writer.ts';
import { ProtocolError } from '../../errors.ts';
import type { BytePipe, Connection } from '../connection.ts';
import type { AesEax } from './aes-eax.ts';

/** As TigerVNC cuts them; any length below 64 KiB is read. */
const MESSAGE_LENGTH = 8192;
const TAG_LENGTH = 16;

export interface EaxKeys {
  readonly send: AesEax;
  readonly receive: AesEax;
}

/** The layer of RA2 around a connection, rfbproto "RSA-AES Security Type": messages with a length and a tag, counted in each direction. */
export class EaxPipe implements BytePipe {
  readonly confidential = true;
  readonly name: string;
  readonly host: string | undefined;
  readonly incoming: AsyncIterable<Uint8Array>;
  readonly #raw: Connection;
  readonly #keys: EaxKeys;
  readonly #sent = new Uint8Array(16);
  readonly #received = new Uint8Array(16);

  constructor(raw: Connection, keys: EaxKeys) {
    this.name = raw.pipe.name;
    this.host = raw.pipe.host;
    this.#raw = raw;
    this.#keys = keys;
    this.incoming = this.#read();
  }

  async write(bytes: Uint8Array): Promise<void> {
    const out = new ByteWriter();
    for (let at = 0; at < bytes.length; at += MESSAGE_LENGTH) {
      const message = bytes.subarray(at, at + MESSAGE_LENGTH);
      const header = lengthHeader(message.length);
      out.bytes(header).bytes(this.#keys.send.seal(this.#sent, header, message));
      count(this.#sent);
    }
    await this.#raw.send(out);
  }

  async close(): Promise<void> {
    await this.#raw.pipe.close();
  }

  async *#read(): AsyncGenerator<Uint8Array> {
    const { reader } = this.#raw;
    for (;;) {
      await reader.need(2);
      const length = reader.u16();
      await reader.need(length + TAG_LENGTH);
      const message = this.#keys.receive.open(this.#received, lengthHeader(length), reader.view(length + TAG_LENGTH));
      if (!message) {
        throw new ProtocolError(
          'BAD_VALUE',
          `an encrypted message of ${length} bytes has a wrong tag: it was changed on the way`,
        );
      }
      count(this.#received);
      yield message;
    }
  }
}

function lengthHeader(length: number): Uint8Array {
  return Uint8Array.of(length >> 8, length & 255);
}

/** One more, little-endian. */
function count(counter: Uint8Array): void {
  for (let i = 0; i < counter.length; i++) {
    counter[i] = ((counter[i] ?? 0) + 1) & 255;
    if (counter[i] !== 0) return;
  }
}
