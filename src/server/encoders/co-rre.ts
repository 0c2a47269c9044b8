import type { EncoderType } from './encoder.ts';
import { readTile, subrectsOf, writePixels } from './tile.ts';

/** CoRRE, rfbproto "CoRRE Encoding": RRE with coordinates of a byte. */
export const coRre: EncoderType = {
  type: 4,
  name: 'co-rre',
  maxSide: 255,
  createEncoder: () => ({
    encode(out, rect, { framebuffer, pixels }) {
      const { background, subrects } = subrectsOf(readTile(framebuffer, rect, pixels));
      writePixels(out.u32(subrects.length), [background], pixels);
      for (const { x, y, width, height, value } of subrects) {
        writePixels(out, [value], pixels);
        out.u8(x).u8(y).u8(width).u8(height);
      }
    },
  }),
};
