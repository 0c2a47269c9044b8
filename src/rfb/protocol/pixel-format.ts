import type { ByteReader } from '../bytes/byte-reader.ts';
import type { ByteWriter } from '../bytes/byte-writer.ts';
import { ProtocolError } from '../errors.ts';

/** PIXEL_FORMAT, RFC 6143 §7.4. 24 bits a pixel is no RFC value, but LibVNCServer announces it. */
export interface PixelFormat {
  readonly bitsPerPixel: number;
  readonly depth: number;
  readonly bigEndian: boolean;
  readonly trueColour: boolean;
  readonly redMax: number;
  readonly greenMax: number;
  readonly blueMax: number;
  readonly redShift: number;
  readonly greenShift: number;
  readonly blueShift: number;
}

export const PIXEL_FORMAT_LENGTH = 16;

/** The framebuffer's own layout (R, G, B, A bytes): what we ask for unless told otherwise, so that pixels need no conversion. */
export const RGBX8888 = trueColour(32, 24, [255, 255, 255], [0, 8, 16]);

/** What `--pixel-format` accepts, beside `native`: the server's own. */
export const pixelFormats = {
  rgbx8888: RGBX8888,
  bgrx8888: trueColour(32, 24, [255, 255, 255], [16, 8, 0]),
  xrgb8888be: { ...trueColour(32, 24, [255, 255, 255], [16, 8, 0]), bigEndian: true },
  rgb565: trueColour(16, 16, [31, 63, 31], [11, 5, 0]),
  rgb555: trueColour(16, 15, [31, 31, 31], [10, 5, 0]),
  bgr233: trueColour(8, 8, [7, 7, 3], [0, 3, 6]),
} as const satisfies Record<string, PixelFormat>;

export type PixelFormatName = keyof typeof pixelFormats | 'native';

type Triple = readonly [red: number, green: number, blue: number];

function trueColour(bitsPerPixel: number, depth: number, max: Triple, shift: Triple): PixelFormat {
  return {
    bitsPerPixel,
    depth,
    bigEndian: false,
    trueColour: true,
    redMax: max[0],
    greenMax: max[1],
    blueMax: max[2],
    redShift: shift[0],
    greenShift: shift[1],
    blueShift: shift[2],
  };
}

/** Reads 16 granted bytes. Says what was sent: `checkPixelFormat` says whether it can be decoded. */
export function readPixelFormat(reader: ByteReader): PixelFormat {
  const format = {
    bitsPerPixel: reader.u8(),
    depth: reader.u8(),
    bigEndian: reader.u8() !== 0,
    trueColour: reader.u8() !== 0,
    redMax: reader.u16(),
    greenMax: reader.u16(),
    blueMax: reader.u16(),
    redShift: reader.u8(),
    greenShift: reader.u8(),
    blueShift: reader.u8(),
  };
  reader.skip(3);
  return format;
}

export function writePixelFormat(out: ByteWriter, format: PixelFormat): void {
  out.u8(format.bitsPerPixel).u8(format.depth).bool(format.bigEndian).bool(format.trueColour);
  out.u16(format.redMax).u16(format.greenMax).u16(format.blueMax);
  out.u8(format.redShift).u8(format.greenShift).u8(format.blueShift).pad(3);
}

/** @throws ProtocolError `BAD_VALUE` when pixels of this format cannot be read */
export function checkPixelFormat(format: PixelFormat): void {
  const { bitsPerPixel, redMax, greenMax, blueMax, redShift, greenShift, blueShift } = format;
  const problem = (got: string) => new ProtocolError('BAD_VALUE', `unusable pixel format: ${got}`);
  if (![8, 16, 24, 32].includes(bitsPerPixel)) {
    throw problem(`${bitsPerPixel} bits per pixel, allowed are 8, 16 and 32`);
  }
  if (!format.trueColour) {
    if (bitsPerPixel > 16) throw problem(`a colour map with ${bitsPerPixel} bits per pixel`);
    return;
  }
  for (const [name, max, shift] of [
    ['red', redMax, redShift],
    ['green', greenMax, greenShift],
    ['blue', blueMax, blueShift],
  ] as const) {
    if (max === 0 || shift >= bitsPerPixel)
      throw problem(`${name}-max ${max}, ${name}-shift ${shift} in ${bitsPerPixel} bits`);
  }
}

/** Whether two formats put the same pixel into the same bytes. */
export function samePixelFormat(a: PixelFormat, b: PixelFormat): boolean {
  return (Object.keys(a) as (keyof PixelFormat)[]).every((field) => a[field] === b[field]);
}

/** As people write it: `32 bpp depth 24 little-endian rgb 255,255,255 shifts 0,8,16`. */
export function describePixelFormat(format: PixelFormat): string {
  const { bitsPerPixel, depth, bigEndian, redMax, greenMax, blueMax, redShift, greenShift, blueShift } = format;
  const colours = format.trueColour
    ? `rgb ${redMax},${greenMax},${blueMax} shifts ${redShift},${greenShift},${blueShift}`
    : 'colour map';
  return `${bitsPerPixel} bpp depth ${depth} ${bigEndian ? 'big' : 'little'}-endian ${colours}`;
}
