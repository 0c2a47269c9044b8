import type { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import type { EncoderType, RectEncoder } from './encoder.ts';
import { readTile, subrectsOf, writePixels } from './tile.ts';

/** RRE, RFC 6143 §7.7.3. */
export const rre: EncoderType = {
  type: 2,
  name: 'rre',
  createEncoder: () => subrectEncoder((out, { x, y, width, height }) => out.u16(x).u16(y).u16(width).u16(height)),
};

/** A background, and rectangles whose places `writePlace` writes. */
export function subrectEncoder(writePlace: (out: ByteWriter, rect: Rect) => void): RectEncoder {
  return {
    encode(out, rect, { framebuffer, pixels }) {
      const { background, subrects } = subrectsOf(readTile(framebuffer, rect, pixels));
      writePixels(out.u32(subrects.length), [background], pixels);
      for (const subrect of subrects) {
        writePixels(out, [subrect.value], pixels);
        writePlace(out, subrect);
      }
    },
  };
}
