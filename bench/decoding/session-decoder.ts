import { setImmediate as turn } from 'node:timers/promises';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import type { BytePipe } from '../../src/rfb/protocol/connection.ts';
import { writePixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import type { SessionOptions } from '../../src/rfb/session/session.ts';
import { type Library, loadLibrary } from '../library.ts';
import { cut, readStream, type Stream } from '../streams.ts';
import { now } from './clock.ts';
import type { Decoded } from './run-lines.ts';

/** Plays recorded bytes to a real session, by the way that a server's bytes take. */
export class SessionDecoder {
  readonly #library: Library;
  readonly #stream: Stream;
  readonly #pieces: readonly Uint8Array[];
  readonly #decoder: SessionOptions['decoder'];

  constructor(
    library: Library,
    stream: Stream,
    pieces: readonly Uint8Array[],
    decoder: SessionOptions['decoder'] = 'core',
  ) {
    this.#library = library;
    this.#stream = stream;
    this.#pieces = pieces;
    this.#decoder = decoder;
  }

  /** @throws Error when the session did not end between two messages, with all bytes decoded */
  async decode(): Promise<Decoded> {
    const { session, play } = await this.#open();
    // Present before the clock starts, as it is after a first picture, and for every peer.
    session.framebuffer.pixels.fill(0);
    await turn();
    const seconds = await play();
    const { buffer, byteOffset, byteLength } = session.framebuffer.pixels;
    return { seconds, rgba: () => new Uint8Array(buffer, byteOffset, byteLength), decoder: session.decoder };
  }

  /** How many pixels the stream's rectangles have. */
  async countPixels(): Promise<number> {
    const { session, play } = await this.#open();
    let pixels = 0;
    session.on('painted', ({ width, height }) => {
      pixels += width * height;
    });
    await play();
    return pixels;
  }

  async #open() {
    const hello = handshake(this.#stream);
    const pipe = new RecordedPipe(hello, this.#pieces);
    const session = await this.#library.Session.open(pipe, {
      pixelFormat: 'native',
      decoder: this.#decoder,
    });
    const length = this.#pieces.reduce((sum, piece) => sum + piece.length, hello.length);
    // Up to the end of the last whole message: a recording ends there too.
    let read = hello.length;
    let at = 0;
    session.on('message', (_name, messageLength) => {
      read += messageLength;
      if (read === length) at = now();
    });
    const ended = new Promise<Error | undefined>((resolve) => {
      session.once('closed', resolve);
    });
    const play = async () => {
      const start = now();
      pipe.release();
      const error = await ended;
      if (read !== length || !(error instanceof this.#library.ConnectionError)) {
        throw new Error(`${this.#stream.name}: ${length - read} of ${length} bytes not decoded: ${error?.message}`);
      }
      return at - start;
    };
    return { session, play };
  }
}

/** How many pixels a stream paints: as its description says, or counted. */
export async function pixelsOf(stream: Stream): Promise<number> {
  return stream.pixels ?? new SessionDecoder(await loadLibrary(), stream, cut(readStream(stream.file))).countPixels();
}

/** A server that shakes hands at once, waits to be released, and hangs up after its last piece. */
class RecordedPipe implements BytePipe {
  readonly name = 'recording';
  readonly incoming: AsyncIterable<Uint8Array>;
  release: () => void = () => {};

  constructor(hello: Uint8Array, pieces: readonly Uint8Array[]) {
    const released = new Promise<void>((resolve) => {
      this.release = resolve;
    });
    let given = -1;
    const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
      if (given === 0) await released;
      const value = given < 0 ? hello : pieces[given];
      given++;
      return value ? { value, done: false } : { value: undefined, done: true };
    };
    this.incoming = { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async write(): Promise<void> {}

  async close(): Promise<void> {}
}

/** All that a server without authentication says before its first message. */
function handshake({ width, height, pixelFormat }: Stream): Uint8Array {
  const out = new ByteWriter();
  out.bytes(Buffer.from('RFB 003.008\n', 'latin1')).u8(1).u8(SECURITY_NONE).u32(SECURITY_OK);
  out.u16(width).u16(height);
  writePixelFormat(out, pixelFormat);
  return out.u32(0).take();
}

const SECURITY_NONE = 1;
const SECURITY_OK = 0;
