import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { DeflateStream } from '../deflate-stream.ts';
import type { EncoderType } from './encoder.ts';
import { writeTile } from './run-length-tile.ts';
import { readTile, tilesOf } from './tile.ts';

const TILE = 64;

/** ZRLE, RFC 6143 §7.7.6: for each tile the shortest of its subencodings. */
export const zrle: EncoderType = {
  type: 16,
  name: 'zrle',
  createEncoder: () => {
    const stream = new DeflateStream();
    return {
      encode(out, rect, { framebuffer, pixels }) {
        const tiles = new ByteWriter();
        for (const place of tilesOf(rect, TILE)) writeTile(tiles, readTile(framebuffer, place, pixels), pixels);
        const compressed = stream.deflate(tiles.take());
        out.u32(compressed.length).bytes(compressed);
      },
    };
  },
};
