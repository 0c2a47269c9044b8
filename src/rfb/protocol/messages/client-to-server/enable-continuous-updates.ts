import type { Rect } from '../../rect.ts';
import { defineMessage } from '../message.ts';

export interface EnableContinuousUpdates extends Rect {
  readonly enable: boolean;
}

/** EnableContinuousUpdates, rfbproto. */
export const enableContinuousUpdates = defineMessage<EnableContinuousUpdates>({
  type: 150,
  name: 'EnableContinuousUpdates',
  write(out, { enable, x, y, width, height }) {
    out.u8(150).bool(enable).u16(x).u16(y).u16(width).u16(height);
  },
  async read(reader) {
    await reader.need(9);
    const enable = reader.u8() !== 0;
    return { enable, x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
  },
});
