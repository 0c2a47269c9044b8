import { defineEncoding } from './encoding.ts';
import { decodeTiles } from './trle-tiles.ts';

/** TRLE, RFC 6143 §7.7.5. */
export const trle = defineEncoding({
  type: 15,
  name: 'trle',
  createDecoder: () => ({
    decode: (reader, rect, target) => decodeTiles(reader, rect, target, { name: 'trle', side: 16, reuse: true }),
  }),
});
