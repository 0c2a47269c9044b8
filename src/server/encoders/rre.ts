import type { EncoderType } from './encoder.ts';
import { readTile, subrectsOf, writePixels } from './tile.ts';

/** RRE, RFC 6143 §7.7.3. */
export const rre: EncoderType = {
  type: 2,
  name: 'rre',
  createEncoder: () => ({
    encode(out, rect, { framebuffer, pixels }) {
      const { background, subrects } = subrectsOf(readTile(framebuffer, rect, pixels));
      writePixels(out.u32(subrects.length), [background], pixels);
      for (const { x, y, width, height, value } of subrects) {
        writePixels(out, [value], pixels);
        out.u16(x).u16(y).u16(width).u16(height);
      }
    },
  }),
};
