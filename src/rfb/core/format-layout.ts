import { isDeepStrictEqual } from 'node:util';
import type { PixelFormat } from '../protocol/pixel-format.ts';
import type { PixelReader } from '../protocol/pixel-reader.ts';
import type { PixelCore } from './pixel-core.ts';
import { layout } from './wasm-binary.ts';

/** Which bytes of a pixel are red, green and blue; undefined where they are no whole bytes. */
type Channels = readonly [red: number, green: number, blue: number] | undefined;

/** Tells the core how the pixels of a format lie on the wire, for each kind of pixel. */
export function writeFormat(core: PixelCore, pixels: PixelReader): void {
  const { format, bytesPerPixel, bytesPerCpixel, bytesPerTpixel, cpixelShift } = pixels;
  const channels = channelsOf(format, bytesPerPixel, 0);
  const compact = bytesPerCpixel < bytesPerPixel;
  const cpixelChannels = compact ? channelsOf(format, bytesPerCpixel, cpixelShift) : channels;
  const pixelKind = kindOf(bytesPerPixel, channels);
  core.set(layout.AT_PIXEL_KIND, pixelKind);
  core.set(layout.AT_CPIXEL_KIND, kindOf(bytesPerCpixel, cpixelChannels));
  // A TPIXEL of three bytes is R, G, B, whatever the format.
  core.set(layout.AT_TPIXEL_KIND, bytesPerTpixel < bytesPerPixel ? layout.RGB : pixelKind);
  core.set(layout.AT_PIXEL_BYTES, packed(channels));
  core.set(layout.AT_CPIXEL_BYTES, packed(cpixelChannels));
  core.set(layout.AT_CPIXEL_SHIFT, compact ? cpixelShift : 0);
  core.set(layout.AT_BIG_ENDIAN, format.bigEndian ? 1 : 0);
  core.set(layout.AT_TRUE_COLOUR, format.trueColour ? 1 : 0);
  core.set(layout.AT_RED_MAX, format.redMax);
  core.set(layout.AT_GREEN_MAX, format.greenMax);
  core.set(layout.AT_BLUE_MAX, format.blueMax);
  core.set(layout.AT_RED_SHIFT, format.redShift);
  core.set(layout.AT_GREEN_SHIFT, format.greenShift);
  core.set(layout.AT_BLUE_SHIFT, format.blueShift);
  if (bytesPerPixel <= 2) core.setColours(bytesPerPixel === 1 ? layout.LUT8 : layout.LUT16, colourTable(pixels));
}

function channelsOf(
  { trueColour, bigEndian, redMax, greenMax, blueMax, redShift, greenShift, blueShift }: PixelFormat,
  bytes: number,
  shiftOfBytes: number,
): Channels {
  const shifts = [redShift - shiftOfBytes, greenShift - shiftOfBytes, blueShift - shiftOfBytes] as const;
  const whole = redMax === 255 && greenMax === 255 && blueMax === 255 && shifts.every((shift) => shift % 8 === 0);
  if (!trueColour || !whole) return undefined;
  const byteOf = (shift: number) => (bigEndian ? bytes - 1 - shift / 8 : shift / 8);
  return [byteOf(shifts[0]), byteOf(shifts[1]), byteOf(shifts[2])];
}

function kindOf(bytes: number, channels: Channels): number {
  if (bytes === 1) return layout.BYTE;
  if (bytes === 2) return layout.WORD;
  switch (packed(channels)) {
    case packed([0, 1, 2]):
      return bytes === 3 ? layout.RGB : layout.RGBX;
    case packed([2, 1, 0]):
      return bytes === 3 ? layout.BGR : layout.BGRX;
    default:
      return bytes === 3 ? layout.ANY_THREE : layout.ANY_FOUR;
  }
}

/** As the state has it: a byte each, -1 for undefined. */
function packed(channels: Channels): number {
  return channels ? channels[0] | (channels[1] << 8) | (channels[2] << 16) : -1;
}

/** The last one made of true colours of two bytes: it takes longer than a small update, and most sessions want the same. */
let latest: { readonly format: PixelFormat; readonly table: Uint32Array } | undefined;

/** The colours of all pixels of one or two bytes, by what a little-endian load of them gives. */
function colourTable(pixels: PixelReader): Uint32Array {
  const { format } = pixels;
  if (pixels.bytesPerPixel === 1 || !format.trueColour) return makeColourTable(pixels);
  if (!latest || !isDeepStrictEqual(latest.format, format)) latest = { format, table: makeColourTable(pixels) };
  return latest.table;
}

function makeColourTable(pixels: PixelReader): Uint32Array {
  const table = new Uint32Array(1 << (8 * pixels.bytesPerPixel));
  const swapped = pixels.bytesPerPixel === 2 && pixels.format.bigEndian;
  for (let value = 0; value < table.length; value++) {
    table[swapped ? ((value & 255) << 8) | (value >> 8) : value] = pixels.colour(value);
  }
  return table;
}
