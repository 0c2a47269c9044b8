import { MAX_NEED } from '../limits.ts';
import type { Encoding } from './encoding.ts';

/** Raw, RFC 6143 §7.7.1. */
export const raw: Encoding = {
  type: 0,
  name: 'raw',
  createDecoder: () => ({
    async decode(reader, rect, { framebuffer, pixels }) {
      const rowLength = rect.width * pixels.bytesPerPixel;
      const row = new Uint32Array(rect.width);
      if (rowLength === 0) return;
      const rowsAtOnce = Math.max(1, Math.floor(MAX_NEED / 64 / rowLength));
      for (let y = 0; y < rect.height; ) {
        const rows = Math.min(rowsAtOnce, rect.height - y);
        await reader.need(rows * rowLength);
        const data = reader.dataView(rows * rowLength);
        for (let offset = 0; offset < data.byteLength; y++) {
          for (let x = 0; x < rect.width; x++, offset += pixels.bytesPerPixel) row[x] = pixels.pixel(data, offset);
          framebuffer.blit({ x: rect.x, y: rect.y + y, width: rect.width, height: 1 }, row);
        }
      }
    },
  }),
};
