import type { ByteReader } from '../../bytes/byte-reader.ts';
import type { Rect } from '../rect.ts';
import type { DecodeTarget } from './encoding.ts';

/**
 * The gradient filter, rfbproto "GradientFilter": each channel is the difference, modulo its maximum plus one, from
 * left + above − above left, which is clamped to the channel's range.
 */
export async function decodeGradient(
  data: ByteReader,
  rect: Rect,
  { framebuffer, pixels }: DecodeTarget,
): Promise<void> {
  const { format, bytesPerTpixel } = pixels;
  const { redMax, greenMax, blueMax } = format;
  const packed = bytesPerTpixel === 3 && pixels.bytesPerPixel === 4;
  // Three bytes of a TPIXEL are R, G, B whatever the shifts.
  const [redShift, greenShift, blueShift] = packed
    ? [16, 8, 0]
    : [format.redShift, format.greenShift, format.blueShift];
  const channels = [
    { max: redMax, shift: redShift },
    { max: greenMax, shift: greenShift },
    { max: blueMax, shift: blueShift },
  ];
  const rowLength = rect.width * bytesPerTpixel;
  if (rowLength === 0) return;
  const colours = new Uint32Array(rect.width);
  // With one column of zeroes at the left.
  let above = new Uint16Array((rect.width + 1) * 3);
  let row = new Uint16Array((rect.width + 1) * 3);
  for (let y = 0; y < rect.height; y++) {
    if (!data.has(rowLength)) await data.need(rowLength);
    const bytes = data.dataView(rowLength);
    for (let x = 0; x < rect.width; x++) {
      const difference = readValue(bytes, x * bytesPerTpixel, bytesPerTpixel, !packed && !format.bigEndian);
      let value = 0;
      for (let c = 0; c < 3; c++) {
        const channel = channels[c];
        if (!channel) continue;
        const { max, shift } = channel;
        const at = x * 3 + 3 + c;
        const predicted = (row[at - 3] ?? 0) + (above[at] ?? 0) - (above[at - 3] ?? 0);
        const clamped = Math.max(0, Math.min(max, predicted));
        const sum = (clamped + ((difference >>> shift) & max)) & max;
        row[at] = sum;
        value |= sum << shift;
      }
      colours[x] = packed ? OPAQUE | swapped(value) : pixels.colour(value >>> 0);
    }
    framebuffer.blit({ x: rect.x, y: rect.y + y, width: rect.width, height: 1 }, colours);
    [above, row] = [row, above];
  }
}

const OPAQUE = 0xff000000;

/** R, G, B from the top down to the framebuffer's B, G, R. */
function swapped(value: number): number {
  return ((value & 0xff) << 16) | (value & 0xff00) | (value >>> 16);
}

function readValue(data: DataView, offset: number, length: number, littleEndian: boolean): number {
  if (length === 4) return data.getUint32(offset, littleEndian);
  if (length === 2) return data.getUint16(offset, littleEndian);
  if (length === 1) return data.getUint8(offset);
  const [first, last] = [data.getUint8(offset), data.getUint8(offset + 2)];
  const middle = data.getUint8(offset + 1) << 8;
  return littleEndian ? (last << 16) | middle | first : (first << 16) | middle | last;
}
