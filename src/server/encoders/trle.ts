import type { EncoderType } from './encoder.ts';
import { writeTile } from './run-length-tile.ts';
import { readTile, tilesOf } from './tile.ts';

const SIDE = 16;

/** TRLE, RFC 6143 §7.7.5: for each tile the shortest of its subencodings; palettes are never used again. */
export const trle: EncoderType = {
  type: 15,
  name: 'trle',
  createEncoder: () => ({
    encode(out, rect, { framebuffer, pixels }) {
      for (const place of tilesOf(rect, SIDE)) writeTile(out, readTile(framebuffer, place, pixels), pixels);
    },
  }),
};
