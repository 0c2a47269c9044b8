import { assertInside } from '../rect.ts';
import { defineEncoding } from './encoding.ts';

/** CopyRect, RFC 6143 §7.7.2. */
export const copyRect = defineEncoding({
  type: 1,
  name: 'copy-rect',
  createDecoder: () => ({
    async decode(reader, rect, { framebuffer }) {
      if (!reader.has(4)) await reader.need(4);
      const source = { ...rect, x: reader.u16(), y: reader.u16() };
      assertInside(source, framebuffer, 'copy-rect source');
      framebuffer.copy(source.x, source.y, rect);
    },
  }),
});
