import type { EncoderType } from './encoder.ts';
import { subrectEncoder } from './rre.ts';

/** CoRRE, rfbproto "CoRRE Encoding": RRE with coordinates of a byte. */
export const coRre: EncoderType = {
  type: 4,
  name: 'co-rre',
  maxSide: 255,
  createEncoder: () => subrectEncoder((out, { x, y, width, height }) => out.u8(x).u8(y).u8(width).u8(height)),
};
