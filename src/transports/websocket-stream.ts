import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { ConnectionError, ProtocolError } from '../rfb/errors.ts';

/** Of one message: Proxmox VE refuses frames above 128 KiB, XAPI from 64 KiB on, and neither takes fragments. */
const MAX_PAYLOAD = 32 * 1024;

/** Close codes that only say goodbye, RFC 6455 §7.4.1. 1006 is no close frame at all: Proxmox VE always ends so. */
const GOODBYE = [1000, 1001, 1005, 1006];

/** A websocket's binary messages as one stream of bytes: where a message ends means nothing to RFB. */
export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, name: string) {
    super({ allowHalfOpen: false, readableHighWaterMark: 256 * 1024 });
    this.#socket = socket;
    // For good: whoever reads or writes is told, and an error in between must not end the process.
    this.on('error', () => {});
    socket.on('message', (data: Buffer, binary) => {
      if (this.destroyed) return;
      if (!binary) {
        this.destroy(
          new ProtocolError('BAD_VALUE', `${name} sent a text message: RFB comes in binary ones, is this a console?`),
        );
      } else if (data.length > 0 && !this.push(data)) {
        socket.pause();
      }
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', (code, reason) => {
      if (this.destroyed) return;
      if (GOODBYE.includes(code)) {
        this.push(null);
        return;
      }
      const text = reason.length > 0 ? `: ${printable(reason.toString())}` : '';
      this.destroy(new ConnectionError('CONNECTION_LOST', `${name} closed the websocket with code ${code}${text}`));
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    for (let at = 0; at < chunk.length; at += MAX_PAYLOAD) {
      const last = at + MAX_PAYLOAD >= chunk.length;
      this.#socket.send(
        chunk.subarray(at, at + MAX_PAYLOAD),
        { binary: true, compress: false, fin: true },
        last ? done : undefined,
      );
    }
  }

  override _final(done: () => void): void {
    this.#socket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }
}

/** The server's own words, on one line. */
function printable(text: string): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
