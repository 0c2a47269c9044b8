import { defineEncoding } from './encoding.ts';
import { decodeSubrects } from './subrects.ts';

/** CoRRE, rfbproto "CoRRE Encoding": RRE with geometry in bytes. */
export const coRre = defineEncoding({
  type: 4,
  name: 'co-rre',
  createDecoder: () => ({
    decode: (reader, rect, target) =>
      decodeSubrects(reader, rect, target, {
        name: 'co-rre',
        geometryLength: 4,
        readGeometry: (data, offset) => ({
          x: data.getUint8(offset),
          y: data.getUint8(offset + 1),
          width: data.getUint8(offset + 2),
          height: data.getUint8(offset + 3),
        }),
      }),
  }),
});
