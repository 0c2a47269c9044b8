import { setTimeout as sleep } from 'node:timers/promises';
import { difference, type Picture } from './picture.ts';
import { testCard } from './test-card.ts';
import { pair, X, type XClient, type XScreen } from './x-client.ts';

/**
 * How a server widens 5 or 6 bits to the 8 of a client that asks for them, seen on every value of 565: TigerVNC 1.12 cuts
 * `value * 255 / max` down, x11vnc 0.9.16 (LibVNCServer) and Xtightvnc 1.3.10 round it. Up to 1 apart.
 */
export type Widening = 'down' | 'round';

/** An X display of a server of the rig: what it really shows, and something for it to show. The pointer is never in it. */
export class XDisplay implements Disposable {
  readonly number: number;
  /** Held open for as long as the server lives: some X servers reset when their last client leaves. */
  readonly client: XClient;
  readonly #widening: Widening;

  constructor(number: number, client: XClient, widening: Widening) {
    this.number = number;
    this.client = client;
    this.#widening = widening;
  }

  get name(): string {
    return `:${this.number}`;
  }

  /** What the display shows now, with depths below 24 widened as this server does it (or as told). */
  async truth(widening: Widening = this.#widening): Promise<Picture> {
    const { client } = this;
    const { root } = client.screen;
    const geometry = await client.ask(X.GetGeometry, 0, root);
    const width = geometry.readUInt16LE(16);
    const height = geometry.readUInt16LE(18);
    const reply = await client.ask(X.GetImage, Z_PIXMAP, root, pair(0, 0), pair(width, height), 0xffffffff);
    const toRgba =
      client.screen.visualClass === TRUE_COLOUR ? trueColours(client.screen, widening) : await this.#colourMap();
    const bytesPerPixel = client.screen.bitsPerPixel / 8;
    const stride = Math.ceil((width * bytesPerPixel) / 4) * 4;
    const rgba = Buffer.alloc(width * height * 4);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 4) {
        const pixel = reply.readUIntLE(32 + y * stride + x * bytesPerPixel, bytesPerPixel);
        rgba.writeUInt32BE(toRgba(pixel), at);
      }
    }
    return { width, height, rgba };
  }

  /** The truth once nothing has changed for `quietMs`: programs on the display have drawn what they draw. */
  async stableTruth(quietMs = 200, timeoutMs = 10_000): Promise<Picture> {
    const deadline = performance.now() + timeoutMs;
    let last = await this.truth();
    for (let since = performance.now(); performance.now() - since < quietMs; ) {
      await sleep(50);
      const now = await this.truth();
      const changed = difference(now, last);
      if (!changed) continue;
      if (performance.now() > deadline) throw new Error(`display ${this.name} still changes: ${changed}`);
      last = now;
      since = performance.now();
    }
    return last;
  }

  /** Makes the picture the root window's background. Depths of 15 bits and more. */
  async draw(picture: Picture): Promise<void> {
    const { client } = this;
    const { root, depth, bitsPerPixel, masks } = client.screen;
    const { width, height } = picture;
    const bytesPerPixel = bitsPerPixel / 8;
    const stride = Math.ceil((width * bytesPerPixel) / 4) * 4;
    const scale = masks.map(channelOf);
    const rows = Buffer.alloc(stride * height);
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at += 4) {
        let pixel = 0;
        for (const [i, { max, shift }] of scale.entries()) {
          pixel += Math.floor(((picture.rgba[at + i] ?? 0) * (max + 1)) / 256) * 2 ** shift;
        }
        rows.writeUIntLE(pixel, y * stride + x * bytesPerPixel, bytesPerPixel);
      }
    }
    const pixmap = client.id();
    const gc = client.id();
    client.send(X.CreatePixmap, depth, pixmap, root, pair(width, height));
    client.send(X.CreateGC, 0, gc, pixmap, 0);
    const rowsEach = Math.floor(MAX_PUT_BYTES / stride);
    for (let y = 0; y < height; y += rowsEach) {
      const count = Math.min(rowsEach, height - y);
      const part = rows.subarray(y * stride, (y + count) * stride);
      client.send(X.PutImage, Z_PIXMAP, pixmap, gc, pair(width, count), pair(0, y), depth << 8, part);
    }
    client.send(X.ChangeWindowAttributes, 0, root, BACKGROUND_PIXMAP, pixmap);
    client.send(X.ClearArea, 0, root, pair(0, 0), pair(0, 0));
    await client.sync();
  }

  /** Fills the screen with the test card. */
  async drawTestCard(): Promise<void> {
    await this.draw(testCard(this.client.screen.width, this.client.screen.height));
  }

  async pointer(): Promise<{ readonly x: number; readonly y: number; readonly buttonMask: number }> {
    const reply = await this.client.ask(X.QueryPointer, 0, this.client.screen.root);
    return { x: reply.readInt16LE(16), y: reply.readInt16LE(18), buttonMask: (reply.readUInt16LE(24) >> 8) & 0x1f };
  }

  /** Puts the pointer somewhere without the VNC server's doing. */
  async warpPointer(x: number, y: number): Promise<void> {
    this.client.send(X.WarpPointer, 0, 0, this.client.screen.root, 0, 0, pair(x, y));
    await this.client.sync();
  }

  /** Gives the root window a pointer that shows: X servers start with none, or with their own. */
  async showPointer(): Promise<void> {
    const { client } = this;
    const font = client.id();
    const cursor = client.id();
    const name = Buffer.from('cursor');
    client.send(X.OpenFont, 0, font, pair(name.length, 0), name);
    const colours = Buffer.alloc(12); // black on white
    colours.fill(255, 6);
    client.send(X.CreateGlyphCursor, 0, cursor, font, font, pair(XC_ARROW, XC_ARROW + 1), colours);
    client.send(X.ChangeWindowAttributes, 0, client.screen.root, CURSOR, cursor);
    await client.sync();
  }

  /** Switches to another of the sizes that the server lists, as `xrandr -s` does. */
  async resize(width: number, height: number): Promise<void> {
    const { client } = this;
    const name = Buffer.from('RANDR');
    const extension = await client.ask(X.QueryExtension, 0, pair(name.length, 0), name);
    const randr = extension[9] ?? 0;
    const info = await client.ask(randr, RR_GET_SCREEN_INFO, client.screen.root);
    const sizes = Array.from({ length: info.readUInt16LE(20) }, (_, i) => info.subarray(32 + i * 8));
    const index = sizes.findIndex((size) => size.readUInt16LE(0) === width && size.readUInt16LE(2) === height);
    if (index < 0) throw new Error(`display ${this.name} has no size ${width}x${height}`);
    const times = [info.readUInt32LE(12), info.readUInt32LE(16)];
    const reply = await client.ask(randr, RR_SET_SCREEN_CONFIG, client.screen.root, ...times, pair(index, 1));
    if (reply[1] !== 0) throw new Error(`display ${this.name} refused ${width}x${height}: status ${reply[1]}`);
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }

  async #colourMap(): Promise<(pixel: number) => number> {
    const { colormap, bitsPerPixel } = this.client.screen;
    const size = 2 ** bitsPerPixel;
    const reply = await this.client.ask(
      X.QueryColors,
      0,
      colormap,
      ...Array.from({ length: size }, (_, pixel) => pixel),
    );
    return (pixel) => {
      const at = 32 + pixel * 8;
      return packed(reply[at + 1] ?? 0, reply[at + 3] ?? 0, reply[at + 5] ?? 0);
    };
  }
}

function trueColours({ masks }: XScreen, widening: Widening): (pixel: number) => number {
  const whole = widening === 'down' ? Math.floor : Math.round;
  const [red, green, blue] = [channelOf(masks[0]), channelOf(masks[1]), channelOf(masks[2])];
  const take = (pixel: number, { max, shift }: Channel) => whole((((pixel >>> shift) & max) * 255) / max);
  return (pixel) => packed(take(pixel, red), take(pixel, green), take(pixel, blue));
}

interface Channel {
  readonly max: number;
  readonly shift: number;
}

function channelOf(mask: number): Channel {
  const shift = 31 - Math.clz32(mask & -mask);
  return { max: mask >>> shift, shift };
}

const packed = (red: number, green: number, blue: number) => red * 2 ** 24 + (green << 16) + (blue << 8) + 255;

const TRUE_COLOUR = 4;
const CURSOR = 0x4000;
const XC_ARROW = 2;
const RR_SET_SCREEN_CONFIG = 2;
const RR_GET_SCREEN_INFO = 5;
const Z_PIXMAP = 2;
const BACKGROUND_PIXMAP = 1;
/** Below the 2^16 words a request may have without the BIG-REQUESTS extension. */
const MAX_PUT_BYTES = 200_000;
