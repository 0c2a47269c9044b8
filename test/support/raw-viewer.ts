import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { type BytePipe, Connection } from '../../src/rfb/protocol/connection.ts';
import { framebufferUpdateRequest } from '../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { keyEvent } from '../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { setEncodings } from '../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../../src/rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import type { ClientMessage } from '../../src/rfb/protocol/messages/message.ts';
import type { PixelFormat } from '../../src/rfb/protocol/pixel-format.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import { encodeText } from '../../src/rfb/protocol/text.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import type { RfbServer } from '../../src/server/server.ts';

export interface RawRect extends Rect {
  readonly type: number;
  readonly payload: Uint8Array;
}

/** Bytes after a rectangle's header that are no pixels, by pseudo-encoding, with one screen. */
const PSEUDO_LENGTHS: Readonly<Record<number, number>> = { [-223]: 0, [-258]: 0, [-308]: 20, [-316]: 0 };

/** A viewer that sees bytes: for tests of the server that must not lean on our own client. */
export class RawViewer {
  readonly pipe: BytePipe;
  readonly served: Promise<void>;
  readonly #connection: Connection;
  #bytesPerPixel = 4;

  constructor(server: RfbServer) {
    const [pipe, far] = pipePair();
    this.pipe = pipe;
    this.#connection = new Connection(pipe);
    this.served = server.accept(far);
  }

  /** A viewer in session: 3.8, security None. */
  static async connect(server: RfbServer, encodings: readonly number[] = [0]): Promise<RawViewer> {
    const viewer = new RawViewer(server);
    await viewer.greet('3.8');
    await viewer.take(2);
    await viewer.send(1);
    await viewer.take(4);
    await viewer.send(1);
    await viewer.serverInit();
    await viewer.message(setEncodings, encodings);
    return viewer;
  }

  async greet(version: string): Promise<void> {
    await this.take(12);
    await this.pipe.write(encodeText(`RFB 003.00${version.slice(2)}\n`));
  }

  async send(...bytes: number[]): Promise<void> {
    await this.pipe.write(Uint8Array.from(bytes));
  }

  async take(length: number): Promise<number[]> {
    await this.#connection.reader.need(length);
    return [...this.#connection.reader.view(length)];
  }

  async takeU32(): Promise<number> {
    await this.#connection.reader.need(4);
    return this.#connection.reader.u32();
  }

  async takeText(length: number): Promise<string> {
    return String.fromCharCode(...(await this.take(length)));
  }

  async serverInit(): Promise<{ width: number; height: number; pixelFormat: number[]; name: string }> {
    const { reader } = this.#connection;
    await reader.need(24);
    const width = reader.u16();
    const height = reader.u16();
    const pixelFormat = [...reader.view(16)];
    const length = reader.u32();
    return { width, height, pixelFormat, name: await this.takeText(length) };
  }

  async message<T>(message: ClientMessage<T>, value: T): Promise<void> {
    const out = new ByteWriter();
    message.write(out, value);
    await this.#connection.send(out);
  }

  async setPixelFormat(format: PixelFormat): Promise<void> {
    this.#bytesPerPixel = format.bitsPerPixel / 8;
    await this.message(setPixelFormat, format);
  }

  async request(incremental: boolean, [x, y, width, height]: readonly [number, number, number, number]): Promise<void> {
    await this.message(framebufferUpdateRequest, { incremental, x, y, width, height });
  }

  async type(text: string): Promise<void> {
    for (const character of text) {
      const keysym = { '\n': 0xff0d, '\b': 0xff08 }[character] ?? character.charCodeAt(0);
      await this.message(keyEvent, { down: true, keysym });
      await this.message(keyEvent, { down: false, keysym });
    }
  }

  /** The next message, which must be a FramebufferUpdate of Raw, ZRLE and pseudo-rectangles. */
  async update(): Promise<RawRect[]> {
    const { reader } = this.#connection;
    await reader.need(4);
    const type = reader.u8();
    if (type !== 0) throw new Error(`wanted a FramebufferUpdate, got message ${type}`);
    reader.skip(1);
    const count = reader.u16();
    const rects: RawRect[] = [];
    for (let i = 0; i < count; i++) {
      await reader.need(12);
      const rect = { x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
      const type = reader.s32();
      const length =
        type === 16 ? await this.takeU32() : (PSEUDO_LENGTHS[type] ?? rect.width * rect.height * this.#bytesPerPixel);
      rects.push({ ...rect, type, payload: Uint8Array.from(await this.take(length)) });
    }
    return rects;
  }

  /**
   * Fails unless the server has nothing to say: lets it do all that is due, then asks for one pixel, which must be the
   * next thing that it sends.
   */
  async expectSilence(x = 0, y = 0): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await this.request(false, [x, y, 1, 1]);
    const rects = await this.update();
    const [only] = rects;
    if (rects.length !== 1 || only?.x !== x || only.y !== y || only.width !== 1 || only.height !== 1) {
      const got = rects.map((rect) => `${rect.width}x${rect.height} at ${rect.x},${rect.y}`).join(', ');
      throw new Error(`wanted silence, then one pixel; got ${got || 'an empty update'}`);
    }
  }
}
