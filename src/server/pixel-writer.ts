import type { Framebuffer } from '../rfb/protocol/framebuffer.ts';
import { checkPixelFormat, type PixelFormat, pixelFormats } from '../rfb/protocol/pixel-format.ts';
import type { Rect } from '../rfb/protocol/rect.ts';

/** Turns the framebuffer's pixels into PIXEL and CPIXEL (RFC 6143 §7.7.5) of one pixel format. */
export class PixelWriter {
  readonly format: PixelFormat;
  readonly bytesPerPixel: number;
  /** 3 where the colours of a 32-bit pixel fill three of its bytes, else `bytesPerPixel`. */
  readonly bytesPerCpixel: number;
  /** rfbproto, Tight: 3 where each colour has a byte of its own, R, G and B in this order, else `bytesPerPixel`. */
  readonly bytesPerTpixel: number;
  readonly #red: Uint32Array;
  readonly #green: Uint32Array;
  readonly #blue: Uint32Array;
  readonly #cpixelShift: number;

  /**
   * With a colour map, pixels are indexes into `COLOUR_MAP`.
   * @throws ProtocolError `BAD_VALUE` on a format that nothing can be written in
   */
  constructor(format: PixelFormat) {
    checkPixelFormat(format);
    this.format = format;
    this.bytesPerPixel = format.bitsPerPixel / 8;
    const { redMax, greenMax, blueMax, redShift, greenShift, blueShift } = format.trueColour
      ? format
      : pixelFormats.bgr233;
    this.#red = scaleTable(redMax, redShift);
    this.#green = scaleTable(greenMax, greenShift);
    this.#blue = scaleTable(blueMax, blueShift);
    const packable = format.trueColour && format.bitsPerPixel === 32 && format.depth <= 24;
    const used = ((redMax << redShift) | (greenMax << greenShift) | (blueMax << blueShift)) >>> 0;
    const low = (used & 0xff000000) === 0;
    this.bytesPerCpixel = packable && (low || (used & 0xff) === 0) ? 3 : this.bytesPerPixel;
    this.#cpixelShift = low ? 0 : 8;
    const bytes = redMax === 255 && greenMax === 255 && blueMax === 255;
    this.bytesPerTpixel =
      format.trueColour && format.bitsPerPixel === 32 && format.depth === 24 && bytes ? 3 : this.bytesPerPixel;
  }

  /** A PIXEL's value, of a framebuffer pixel. */
  value(pixel: number): number {
    const red = this.#red[pixel & 0xff] ?? 0;
    const green = this.#green[(pixel >>> 8) & 0xff] ?? 0;
    const blue = this.#blue[(pixel >>> 16) & 0xff] ?? 0;
    return (red | green | blue) >>> 0;
  }

  putPixel(out: DataView, offset: number, value: number): void {
    this.#put(out, offset, value, this.bytesPerPixel);
  }

  putCpixel(out: DataView, offset: number, value: number): void {
    const packed = this.bytesPerCpixel < this.bytesPerPixel;
    this.#put(out, offset, packed ? value >>> this.#cpixelShift : value, this.bytesPerCpixel);
  }

  putTpixel(out: DataView, offset: number, value: number): void {
    if (this.bytesPerTpixel === this.bytesPerPixel) {
      this.putPixel(out, offset, value);
      return;
    }
    const { redShift, greenShift, blueShift } = this.format;
    out.setUint8(offset, value >>> redShift);
    out.setUint8(offset + 1, value >>> greenShift);
    out.setUint8(offset + 2, value >>> blueShift);
  }

  /** The PIXELs of `rect`, rows top-down. */
  pixels(framebuffer: Framebuffer, rect: Rect): Uint8Array {
    const bytes = new Uint8Array(rect.width * rect.height * this.bytesPerPixel);
    const data = new DataView(bytes.buffer);
    let offset = 0;
    for (let y = rect.y; y < rect.y + rect.height; y++) {
      const row = y * framebuffer.width;
      for (let x = rect.x; x < rect.x + rect.width; x++, offset += this.bytesPerPixel) {
        this.putPixel(data, offset, this.value(framebuffer.pixels[row + x] ?? 0));
      }
    }
    return bytes;
  }

  #put(out: DataView, offset: number, value: number, length: number): void {
    const { bigEndian } = this.format;
    if (length === 4) out.setUint32(offset, value, !bigEndian);
    else if (length === 2) out.setUint16(offset, value, !bigEndian);
    else if (length === 1) out.setUint8(offset, value);
    else {
      out.setUint8(offset, bigEndian ? value >>> 16 : value);
      out.setUint8(offset + 1, value >>> 8);
      out.setUint8(offset + 2, bigEndian ? value : value >>> 16);
    }
  }
}

type Entry = readonly [red: number, green: number, blue: number];

/** For viewers that ask for a colour map: 256 colours, red, green and blue in 3, 3 and 2 bits; 16-bit channels. */
export const COLOUR_MAP: readonly Entry[] = Array.from({ length: 256 }, (_, index): Entry => {
  const channel = (value: number, max: number) => Math.round((value * 65_535) / max);
  return [channel(index & 7, 7), channel((index >> 3) & 7, 7), channel(index >> 6, 3)];
});

/** Rounds to the nearest value, so that what a viewer scales back is as close as the format allows. */
function scaleTable(max: number, shift: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, value) => Math.round((value * max) / 255) << shift);
}
