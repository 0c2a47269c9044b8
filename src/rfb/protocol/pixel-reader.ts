import { checkPixelFormat, type PixelFormat } from './pixel-format.ts';

const OPAQUE = 0xff000000;

/** Two to the sixteenth: the most entries that SetColourMapEntries can name. */
const MAP_SIZE = 65_536;

/**
 * Turns PIXEL, CPIXEL (RFC 6143 §7.7.5) and TPIXEL (rfbproto "Tight Encoding") of one pixel format into the framebuffer's
 * 32-bit pixels: 0xAABBGGRR, so R, G, B, A in memory on a little-endian host. Channels scale as floor(value × 255 / max).
 */
export class PixelReader {
  readonly format: PixelFormat;
  readonly bytesPerPixel: number;
  /** 3 where the colours of a 32-bit pixel fill three of its bytes, else `bytesPerPixel`. */
  readonly bytesPerCpixel: number;
  /** 3 where depth is 24 and every channel has eight bits, else `bytesPerPixel`. The bytes are then R, G, B. */
  readonly bytesPerTpixel: number;
  readonly #map: Uint32Array | undefined;
  readonly #red: Uint32Array;
  readonly #green: Uint32Array;
  readonly #blue: Uint32Array;
  /** Which byte of a 32-bit pixel the three of a CPIXEL begin at, in the pixel's value: bit 0 or bit 8. */
  readonly cpixelShift: number;
  #revision = 0;

  /** @throws ProtocolError `BAD_VALUE` on a format that cannot be read */
  constructor(format: PixelFormat) {
    checkPixelFormat(format);
    this.format = format;
    this.bytesPerPixel = format.bitsPerPixel / 8;
    const { redMax, greenMax, blueMax, redShift, greenShift, blueShift } = format;
    if (format.trueColour) {
      this.#red = scaleTable(redMax, 0);
      this.#green = scaleTable(greenMax, 8);
      this.#blue = scaleTable(blueMax, 16);
    } else {
      this.#red = this.#green = this.#blue = new Uint32Array(1);
      this.#map = new Uint32Array(MAP_SIZE).fill(OPAQUE);
    }
    const packable = format.trueColour && format.bitsPerPixel === 32 && format.depth <= 24;
    const used = packable
      ? ((redMax << redShift) | (greenMax << greenShift) | (blueMax << blueShift)) >>> 0
      : 0xffffffff;
    this.cpixelShift = (used & 0xff000000) === 0 ? 0 : 8;
    this.bytesPerCpixel = (used & 0xff000000) === 0 || (used & 0xff) === 0 ? 3 : this.bytesPerPixel;
    const tight = packable && format.depth === 24 && redMax === 255 && greenMax === 255 && blueMax === 255;
    this.bytesPerTpixel = tight ? 3 : this.bytesPerPixel;
  }

  /** Changes whenever the colour map does. */
  get revision(): number {
    return this.#revision;
  }

  /** SetColourMapEntries, RFC 6143 §7.6.2: 16-bit channels. No effect on a true-colour format. */
  setColourMapEntry(index: number, red: number, green: number, blue: number): void {
    if (!this.#map) return;
    this.#map[index] = (OPAQUE | ((blue >> 8) << 16) | (green & 0xff00) | (red >> 8)) >>> 0;
    this.#revision++;
  }

  /** The PIXEL at `offset`, in the framebuffer's layout. */
  pixel(data: DataView, offset: number): number {
    const { bigEndian } = this.format;
    switch (this.bytesPerPixel) {
      case 1:
        return this.colour(data.getUint8(offset));
      case 2:
        return this.colour(data.getUint16(offset, !bigEndian));
      case 3:
        return this.colour(threeBytes(data, offset, bigEndian));
      default:
        return this.colour(data.getUint32(offset, !bigEndian));
    }
  }

  /** The CPIXEL at `offset`, in the framebuffer's layout. */
  cpixel(data: DataView, offset: number): number {
    if (this.bytesPerCpixel === this.bytesPerPixel) return this.pixel(data, offset);
    return this.colour((threeBytes(data, offset, this.format.bigEndian) << this.cpixelShift) >>> 0);
  }

  /** The TPIXEL at `offset`, in the framebuffer's layout. */
  tpixel(data: DataView, offset: number): number {
    if (this.bytesPerTpixel === this.bytesPerPixel) return this.pixel(data, offset);
    return (OPAQUE | threeBytes(data, offset, false)) >>> 0;
  }

  /** Converts the value of one PIXEL. */
  colour(value: number): number {
    if (this.#map) return this.#map[value] ?? OPAQUE;
    const { redMax, greenMax, blueMax, redShift, greenShift, blueShift } = this.format;
    const red = this.#red[(value >>> redShift) & redMax] ?? 0;
    const green = this.#green[(value >>> greenShift) & greenMax] ?? 0;
    const blue = this.#blue[(value >>> blueShift) & blueMax] ?? 0;
    return (OPAQUE | blue | green | red) >>> 0;
  }
}

function threeBytes(data: DataView, offset: number, bigEndian: boolean): number {
  const first = data.getUint8(offset);
  const last = data.getUint8(offset + 2);
  const middle = data.getUint8(offset + 1) << 8;
  return bigEndian ? (first << 16) | middle | last : (last << 16) | middle | first;
}

function scaleTable(max: number, shift: number): Uint32Array {
  return Uint32Array.from({ length: max + 1 }, (_, value) => Math.floor((value * 255) / max) << shift);
}
