import { InflateStream } from '../../bytes/inflate-stream.ts';
import { defineEncoding } from './encoding.ts';
import { decodeTiles, maxTilesLength } from './trle-tiles.ts';
import { readCompressed } from './zlib-payload.ts';

const TILE_SIDE = 64;

/** ZRLE, RFC 6143 §7.7.6. */
export const zrle = defineEncoding({
  type: 16,
  name: 'zrle',
  createDecoder: () => {
    const stream = new InflateStream();
    return {
      async decode(reader, rect, target) {
        if (!reader.has(4)) await reader.need(4);
        const length = reader.u32();
        const limit = maxTilesLength(rect, TILE_SIDE, target.pixels.bytesPerCpixel);
        await readCompressed(reader, stream, { name: 'zrle', rect, length, limit }, (inflated) =>
          decodeTiles(inflated, rect, target, { name: 'zrle', side: TILE_SIDE, reuse: false }),
        );
      },
      close: () => stream.close(),
    };
  },
});
