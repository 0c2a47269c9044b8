import type { ByteReader } from '../../bytes/byte-reader.ts';
import { ProtocolError } from '../../errors.ts';
import { MAX_SUBRECT_OVERPAINT } from '../limits.ts';
import { contains, describeRect, type Rect } from '../rect.ts';
import type { DecodeTarget } from './encoding.ts';

/** How many subrectangles are waited for at once. */
const BATCH = 1024;

interface SubrectLayout {
  readonly name: string;
  /** Bytes of x, y, width and height. */
  readonly geometryLength: number;
  readGeometry(data: DataView, offset: number): Rect;
}

/** What RRE and CoRRE share: a count, a background pixel, and subrectangles of one pixel value each. */
export async function decodeSubrects(
  reader: ByteReader,
  rect: Rect,
  { framebuffer, pixels }: DecodeTarget,
  { name, geometryLength, readGeometry }: SubrectLayout,
): Promise<void> {
  const { bytesPerPixel } = pixels;
  await reader.need(4 + bytesPerPixel);
  const count = reader.u32();
  const area = rect.width * rect.height;
  if (count > area) {
    throw new ProtocolError(
      'BAD_LENGTH',
      `${name} announces ${count} subrectangles in a rectangle of ${area} pixels (${describeRect(rect)})`,
    );
  }
  framebuffer.fill(rect, pixels.pixel(reader.dataView(bytesPerPixel), 0));
  const bounds = { x: 0, y: 0, width: rect.width, height: rect.height };
  let paintable = area * MAX_SUBRECT_OVERPAINT;
  for (let left = count; left > 0; ) {
    const batch = Math.min(left, BATCH);
    const length = batch * (bytesPerPixel + geometryLength);
    if (!reader.has(length)) await reader.need(length);
    const data = reader.dataView(length);
    for (let offset = 0; offset < length; offset += bytesPerPixel + geometryLength) {
      const subrect = readGeometry(data, offset + bytesPerPixel);
      if (!contains(bounds, subrect)) {
        throw new ProtocolError(
          'BAD_RECT',
          `${name} subrectangle ${describeRect(subrect)} is outside its ${rect.width}x${rect.height} rectangle`,
        );
      }
      const { x, y, width, height } = subrect;
      paintable -= width * height;
      if (paintable < 0) {
        throw new ProtocolError(
          'BAD_LENGTH',
          `the ${name} subrectangles of ${describeRect(rect)} paint it more than ${MAX_SUBRECT_OVERPAINT} times over`,
        );
      }
      framebuffer.fill({ x: rect.x + x, y: rect.y + y, width, height }, pixels.pixel(data, offset));
    }
    left -= batch;
  }
}
