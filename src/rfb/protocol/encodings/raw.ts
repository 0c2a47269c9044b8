import type { ByteReader } from '../../bytes/byte-reader.ts';
import type { Rect } from '../rect.ts';
import { type DecodeTarget, defineEncoding } from './encoding.ts';
import { bytesPer, type PixelKind, readPixels } from './pixel-block.ts';

/** About how many bytes of rows are waited for at once. */
const BATCH_LENGTH = 64 * 1024;

/** Raw, RFC 6143 §7.7.1. */
export const raw = defineEncoding({
  type: 0,
  name: 'raw',
  createDecoder: () => ({
    decode: (reader, rect, target) => decodeRows(reader, rect, target, 'pixel'),
  }),
});

/** Rows of pixels, as Raw has them, Zlib inside its stream and Tight's copy filter. */
export async function decodeRows(
  reader: ByteReader,
  rect: Rect,
  { framebuffer, pixels }: DecodeTarget,
  kind: PixelKind,
): Promise<void> {
  const rowLength = rect.width * bytesPer(pixels, kind);
  if (rowLength === 0) return;
  const rowsAtOnce = Math.min(rect.height, Math.max(1, Math.floor(BATCH_LENGTH / rowLength)));
  const colours = new Uint32Array(rect.width * rowsAtOnce);
  for (let y = 0; y < rect.height; y += rowsAtOnce) {
    const height = Math.min(rowsAtOnce, rect.height - y);
    if (!reader.has(height * rowLength)) await reader.need(height * rowLength);
    readPixels(pixels, kind, reader.dataView(height * rowLength), colours, rect.width * height);
    framebuffer.blit({ x: rect.x, y: rect.y + y, width: rect.width, height }, colours);
  }
}
