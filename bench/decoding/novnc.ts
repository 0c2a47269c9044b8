/** noVNC's decoders and receive queue, from its package, fed with a stream: `novnc.ts STREAM.rfb[.gz] STREAM.json`. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cut, readStream, type Stream } from '../streams.ts';
import { now } from './clock.ts';
import { HeadlessDisplay, loadJpegDecoder } from './novnc-display.ts';
import { parseRunArgs } from './run-args.ts';
import { answerLines, type Decoded } from './run-lines.ts';

/** What is used of noVNC's core/websock.js. */
interface Websock {
  attach(channel: RawChannel): void;
  on(event: 'message', handler: () => void): void;
  rQwait(what: string, length: number, goBack?: number): boolean;
  rQlen(): number;
  rQskipBytes(length: number): void;
  rQshift8(): number;
  rQshift16(): number;
  rQshift32(): number;
}

interface RectDecoder {
  decodeRect(
    x: number,
    y: number,
    width: number,
    height: number,
    sock: Websock,
    display: HeadlessDisplay,
    depth: number,
  ): boolean;
}

/** As noVNC's rfb.js registers them. */
const DECODERS: Readonly<Record<number, string>> = {
  0: 'raw',
  1: 'copyrect',
  2: 'rre',
  5: 'hextile',
  6: 'zlib',
  7: 'tight',
  16: 'zrle',
};
const LAST_RECT = -224;
const CURSOR = -239;
const DEPTH = 24;

/** What a WebSocket looks like to Websock. */
class RawChannel {
  binaryType = '';
  protocol = '';
  readyState = 'open';
  onopen: unknown = null;
  onclose: unknown = null;
  onerror: unknown = null;
  onmessage: (event: { readonly data: ArrayBufferLike }) => void = () => {};
  send(): void {}
  close(): void {}
}

/** The part of noVNC's RFB class that takes FramebufferUpdates apart, without the rest of it, which is a user interface. */
class FramebufferUpdates {
  readonly #sock: Websock;
  readonly #display: HeadlessDisplay;
  readonly #decoders: ReadonlyMap<number, RectDecoder>;
  #rects = 0;
  #rect: { x: number; y: number; width: number; height: number; encoding: number } | undefined;

  constructor(sock: Websock, display: HeadlessDisplay, decoders: ReadonlyMap<number, RectDecoder>) {
    this.#sock = sock;
    this.#display = display;
    this.#decoders = decoders;
  }

  /** Whether it is between two messages. */
  get idle(): boolean {
    return this.#rects === 0;
  }

  handleMessages(): void {
    while (!this.#sock.rQwait('message', 1)) if (!this.#normalMessage()) return;
  }

  #normalMessage(): boolean {
    if (this.#rects === 0) {
      const type = this.#sock.rQshift8();
      if (type !== 0) throw new Error(`server message ${type} in a stream of FramebufferUpdates`);
      if (this.#sock.rQwait('FBU header', 3, 1)) return false;
      this.#sock.rQskipBytes(1);
      this.#rects = this.#sock.rQshift16();
    }
    while (this.#rects > 0) {
      if (!this.#handleRect()) return false;
      this.#rects--;
      this.#rect = undefined;
    }
    this.#display.flip();
    return true;
  }

  #handleRect(): boolean {
    const sock = this.#sock;
    if (!this.#rect) {
      if (sock.rQwait('rect header', 12)) return false;
      this.#rect = {
        x: sock.rQshift16(),
        y: sock.rQshift16(),
        width: sock.rQshift16(),
        height: sock.rQshift16(),
        encoding: sock.rQshift32() | 0,
      };
    }
    const { x, y, width, height, encoding } = this.#rect;
    if (encoding === LAST_RECT) {
      this.#rects = 1;
      return true;
    }
    if (encoding === CURSOR) {
      const length = width * height * 4 + Math.floor((width + 7) / 8) * height;
      if (sock.rQwait('cursor encoding', length)) return false;
      sock.rQskipBytes(length);
      return true;
    }
    const decoder = this.#decoders.get(encoding);
    if (!decoder) throw new Error(`noVNC has no decoder for encoding ${encoding}`);
    return decoder.decodeRect(x, y, width, height, sock, this.#display, DEPTH);
  }
}

// What noVNC's modules look for when they are loaded. Only in this process, which does nothing else.
Object.assign(globalThis, {
  window: { console },
  WebSocket: Object.assign(class {}, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }),
});
const core = dirname(createRequire(import.meta.url).resolve('@novnc/novnc'));
const load = async (file: string) => (await import(pathToFileURL(join(core, file)).href)).default;
const SockClass: new () => Websock = await load('websock.js');
const decoderClasses = await Promise.all(
  Object.entries(DECODERS).map(
    async ([type, file]): Promise<readonly [number, new () => RectDecoder]> => [
      Number(type),
      await load(`decoders/${file}.js`),
    ],
  ),
);

const { stream, options } = parseRunArgs();
const pieces = cut(readStream(stream.file));
const decodeJpeg = await loadJpegDecoder();

function decode(): Decoded {
  const sock = new SockClass();
  const channel = new RawChannel();
  sock.attach(channel);
  const display = new HeadlessDisplay(stream.width, stream.height, decodeJpeg);
  const decoders = new Map(decoderClasses.map(([type, Decoder]) => [type, new Decoder()]));
  const updates = new FramebufferUpdates(sock, display, decoders);
  sock.on('message', () => updates.handleMessages());
  const start = now();
  for (const piece of pieces) channel.onmessage({ data: piece.buffer });
  const seconds = now() - start;
  if (!updates.idle || sock.rQlen() > 0) throw new Error(`${stream.name}: ${sock.rQlen()} bytes were not read`);
  return { seconds, rgba: () => inOrder(display.pixels, stream) };
}

/**
 * noVNC asks for R, G, B, X and does not look at the pixel format again; what it makes of a stream in the other order is
 * the same work, so its picture is put right afterwards. Tight has its colours in one order always.
 */
function inOrder(pixels: Uint32Array, { pixelFormat, encoding }: Stream): Uint8Array {
  const swapped = pixelFormat.redShift === 16 && !encoding.includes(7);
  const rgba = pixels.map((pixel) => {
    const [low, high] = swapped ? [(pixel >>> 16) & 255, pixel & 255] : [pixel & 255, (pixel >>> 16) & 255];
    return (0xff000000 | (high << 16) | (pixel & 0xff00) | low) >>> 0;
  });
  return new Uint8Array(rgba.buffer);
}

await answerLines(decode, { ...options, decoder: 'novnc' });
