import { defineEncoding } from './encoding.ts';
import { decodeSubrects } from './subrects.ts';

/** RRE, RFC 6143 §7.7.3. */
export const rre = defineEncoding({
  type: 2,
  name: 'rre',
  createDecoder: () => ({
    decode: (reader, rect, target) =>
      decodeSubrects(reader, rect, target, {
        name: 'rre',
        geometryLength: 8,
        readGeometry: (data, offset) => ({
          x: data.getUint16(offset),
          y: data.getUint16(offset + 2),
          width: data.getUint16(offset + 4),
          height: data.getUint16(offset + 6),
        }),
      }),
  }),
});
