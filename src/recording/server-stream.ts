import { ByteWriter } from '../rfb/bytes/byte-writer.ts';
import { ActionError } from '../rfb/errors.ts';
import { Connection } from '../rfb/protocol/connection.ts';
import { samePixelFormat } from '../rfb/protocol/pixel-format.ts';
import type { ServerInit } from '../rfb/session/session-state.ts';
import { writeServerInit } from '../server/server-handshake.ts';
import { badRecording } from './bad-recording.ts';
import { cannedHandshake } from './canned-handshake.ts';
import { ClientWatcher, formatWanted } from './client-watcher.ts';
import { FedPipe } from './fed-pipe.ts';
import type { RecordedPiece, Recording } from './recording.ts';

/**
 * The server's side alone, as formats without a client have it: ServerInit announces the pixel format that was in use, and then
 * come its messages.
 * @throws UsageError `BAD_RECORDING` · ActionError `ACTION_FAILED`: the client changed the pixel format on the way
 */
export async function* serverSide(recording: Recording): AsyncGenerator<ServerInit | RecordedPiece> {
  const start = new HandshakeReader(recording.name, recording.security);
  const client = new ClientWatcher(recording.name);
  let init: ServerInit | undefined;
  let told = false;
  for await (const piece of recording.pieces()) {
    if (piece.from === 'client') {
      for (const message of await client.take(piece.bytes)) {
        const format = formatWanted(message);
        if (format === undefined || init === undefined || samePixelFormat(format, init.pixelFormat)) continue;
        if (told) {
          const when = `${Math.round(piece.ms)} ms`;
          throw new ActionError(
            'ACTION_FAILED',
            `${recording.name}: the client changed the pixel format after ${when}, which a recording of the server alone cannot hold; wanted .rfbrec`,
          );
        }
        init = { ...init, pixelFormat: format };
      }
      continue;
    }
    let { bytes } = piece;
    if (init === undefined) {
      const rest = await start.take(bytes);
      if (rest === undefined) continue;
      ({ init } = rest);
      ({ bytes } = rest);
    }
    if (bytes.length === 0) continue;
    if (!told) yield init;
    told = true;
    yield { ...piece, bytes };
  }
  if (init === undefined) throw badRecording(recording.name, 'it ends before ServerInit');
  if (!told) yield init;
}

/** RFB 3.3 without a password, up to and with ServerInit: what players of FBS and vncrec expect. */
export function handshake33(init: ServerInit): Uint8Array {
  const out = new ByteWriter();
  out.bytes(Buffer.from('RFB 003.003\n', 'latin1')).u32(1);
  writeServerInit(out, init);
  return out.take();
}

/** Reads a server's handshake out of pieces. */
class HandshakeReader {
  readonly #pipe: FedPipe;
  readonly #connection: Connection;
  #seen = Buffer.alloc(0);
  #init: ServerInit | undefined;
  #error: Error | undefined;

  constructor(name: string, security: number | undefined) {
    this.#pipe = new FedPipe(name);
    this.#connection = new Connection(this.#pipe);
    cannedHandshake(this.#connection, security)
      .then(({ negotiated }) => {
        this.#init = negotiated.server;
      })
      .catch((error: Error) => {
        this.#error = error;
      })
      .finally(() => this.#pipe.close());
  }

  /** ServerInit and what follows it, once they are here. */
  async take(bytes: Uint8Array): Promise<{ readonly init: ServerInit; readonly bytes: Uint8Array } | undefined> {
    this.#seen = Buffer.concat([this.#seen, bytes]);
    await this.#pipe.feed(bytes);
    if (this.#error) throw this.#error;
    return this.#init && { init: this.#init, bytes: this.#seen.subarray(this.#connection.reader.offset) };
  }
}
