import { ByteWriter } from '../rfb/bytes/byte-writer.ts';
import type { FramebufferUpdateRequest } from '../rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import type { PixelFormat } from '../rfb/protocol/pixel-format.ts';
import { desktopSize } from '../rfb/protocol/pseudo-encodings/desktop-size.ts';
import { extendedDesktopSize } from '../rfb/protocol/pseudo-encodings/extended-desktop-size.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { clip, type Display } from './display.ts';
import type { EncoderType, RectEncoder } from './encoders/encoder.ts';
import { tilesOf } from './encoders/tile.ts';
import { PixelWriter } from './pixel-writer.ts';
import { Region } from './region.ts';

export interface UpdateSenderOptions {
  readonly display: Display;
  readonly pixelFormat: PixelFormat;
  /** What may be used; the viewer's SetEncodings picks. The last is what remains when it names none of them. */
  readonly encoders: readonly EncoderType[];
  send(out: ByteWriter): Promise<void>;
  /** Sending failed: nothing more will be sent. */
  failed(error: unknown): void;
}

/** A pseudo-rectangle that waits for the next update. */
export interface PseudoRect extends Rect {
  readonly type: number;
  readonly payload?: Uint8Array;
}

/**
 * FramebufferUpdate, RFC 6143 §7.6.1: knows what the viewer has asked for and what it has not seen yet, and sends where the
 * two meet. One update at a time: what changes while one is on its way goes into the next.
 */
export class UpdateSender {
  readonly #options: UpdateSenderOptions;
  readonly #unseen = new Region();
  readonly #requested = new Region();
  /** Whether a request waits, be it for an empty region: pseudo-rectangles may answer it. */
  #asked = false;
  readonly #encodersInUse = new Map<EncoderType, RectEncoder>();
  #continuous: Rect | undefined;
  #pixels: PixelWriter;
  #encoder: EncoderType;
  #pseudoRects: PseudoRect[] = [];
  /** Rectangle of a size change that the viewer can be told. */
  #resizeType: typeof desktopSize | typeof extendedDesktopSize | undefined;
  #resized = false;
  /** What is to be told of the screen: ExtendedDesktopSize's reason and status. */
  #screenNews: { readonly reason: number; readonly status: number } | undefined;
  /** The framebuffer's size as the viewer knows it. */
  #bounds: Rect;
  #busy = false;
  #closed = false;

  constructor(options: UpdateSenderOptions) {
    this.#options = options;
    this.#pixels = new PixelWriter(options.pixelFormat);
    this.#encoder = this.#choose([]);
    this.#bounds = options.display.framebuffer.bounds;
    this.#unseen.add(this.#bounds);
  }

  setPixelFormat(format: PixelFormat): void {
    this.#pixels = new PixelWriter(format);
  }

  /** The viewer's encodings, most preferred first. */
  setEncodings(types: readonly number[]): void {
    this.#encoder = this.#choose(types);
    this.#resizeType = [extendedDesktopSize, desktopSize].find(({ type }) => types.includes(type));
  }

  request({ incremental, ...rect }: FramebufferUpdateRequest): void {
    const region = clip(rect, this.#bounds);
    if (!incremental) this.#unseen.add(region);
    this.#requested.add(region);
    this.#asked = true;
    this.#wake();
  }

  /** ContinuousUpdates: as if `rect` were always requested. */
  setContinuous(rect: Rect | undefined): void {
    this.#continuous = rect;
    this.#wake();
  }

  damaged(rect: Rect): void {
    this.#unseen.add(rect);
    this.#wake();
  }

  resized(): void {
    this.#unseen.clear();
    this.#unseen.add(this.#options.display.framebuffer.bounds);
    this.#resized = this.#resizeType !== undefined;
    this.#wake();
  }

  announce(rect: PseudoRect): void {
    this.#pseudoRects.push(rect);
    this.#wake();
  }

  /** ExtendedDesktopSize: the one screen that there is. `reason` and `status` as in rfbproto. */
  announceScreen(reason: number, status: number): void {
    this.#screenNews = { reason, status };
    this.#wake();
  }

  close(): void {
    this.#closed = true;
  }

  #choose(types: readonly number[]): EncoderType {
    const { encoders } = this.#options;
    const wanted = types.flatMap((type) => encoders.filter((encoder) => encoder.type === type));
    const chosen = wanted[0] ?? encoders.at(-1);
    if (!chosen) throw new RangeError('a server needs at least one encoding');
    return chosen;
  }

  /** In a turn of its own, so that all that one event draws goes out together. */
  #wake(): void {
    if (this.#busy || this.#closed) return;
    this.#busy = true;
    setImmediate(() => this.#sendAll());
  }

  async #sendAll(): Promise<void> {
    try {
      for (let update = this.#next(); update; update = this.#next()) await this.#options.send(update);
    } catch (error) {
      this.#closed = true;
      this.#options.failed(error);
    } finally {
      this.#busy = false;
    }
  }

  /** The next update, when there is something to send that was asked for. */
  #next(): ByteWriter | undefined {
    if (this.#closed || !(this.#asked || this.#continuous)) return undefined;
    if (this.#resized) return this.#resizeUpdate();
    if (this.#screenNews) this.#pseudoRects.push(this.#screenRect());
    const wanted = new Region();
    for (const rect of this.#requested.rects) wanted.add(rect);
    if (this.#continuous) wanted.add(clip(this.#continuous, this.#bounds));
    // Where the display has shrunk and the viewer could not be told, there is nothing to show.
    const visible = new Region();
    visible.add(clip(this.#bounds, this.#options.display.framebuffer.bounds));
    const unseen = this.#unseen.intersection(wanted).intersection(visible).rects;
    const { maxSide = Number.POSITIVE_INFINITY } = this.#encoder;
    const rects = unseen.flatMap((rect) => [...tilesOf(rect, maxSide)]);
    if (rects.length === 0 && this.#pseudoRects.length === 0) return undefined;
    const out = new ByteWriter().u8(0).pad(1);
    out.u16(this.#pseudoRects.length + rects.length);
    for (const rect of this.#pseudoRects) writePseudoRect(out, rect);
    for (const rect of rects) {
      this.#unseen.subtract(rect);
      this.#writeRect(out, rect);
    }
    this.#pseudoRects = [];
    this.#answered();
    return out;
  }

  /** One update answers every request before it. */
  #answered(): void {
    this.#requested.clear();
    this.#asked = false;
  }

  #writeRect(out: ByteWriter, rect: Rect): void {
    let encoder = this.#encodersInUse.get(this.#encoder);
    if (!encoder) {
      encoder = this.#encoder.createEncoder();
      this.#encodersInUse.set(this.#encoder, encoder);
    }
    out.u16(rect.x).u16(rect.y).u16(rect.width).u16(rect.height).s32(this.#encoder.type);
    encoder.encode(out, rect, { framebuffer: this.#options.display.framebuffer, pixels: this.#pixels });
  }

  /** RFC 6143 §7.8.2 wants a size change last in its update; pixels of the new size follow on the next request. */
  #resizeUpdate(): ByteWriter {
    this.#bounds = this.#options.display.framebuffer.bounds;
    this.#resized = false;
    this.#answered();
    const rect =
      this.#resizeType === extendedDesktopSize ? this.#screenRect() : { ...this.#bounds, type: desktopSize.type };
    const out = new ByteWriter().u8(0).pad(1).u16(1);
    writePseudoRect(out, rect);
    return out;
  }

  /** The one screen that there is, as the viewer knows it, with what is to be told of it. */
  #screenRect(): PseudoRect {
    const { width, height } = this.#bounds;
    const { reason, status } = this.#screenNews ?? { reason: 0, status: 0 };
    this.#screenNews = undefined;
    const screen = new ByteWriter().u8(1).pad(3);
    screen.u32(0).u16(0).u16(0).u16(width).u16(height).u32(0);
    return { x: reason, y: status, width, height, type: extendedDesktopSize.type, payload: screen.take() };
  }
}

function writePseudoRect(out: ByteWriter, { x, y, width, height, type, payload }: PseudoRect): void {
  out.u16(x).u16(y).u16(width).u16(height).s32(type);
  if (payload) out.bytes(payload);
}
