import type { Rect } from '../../rect.ts';
import { defineMessage } from '../message.ts';

export interface FramebufferUpdateRequest extends Rect {
  readonly incremental: boolean;
}

/** FramebufferUpdateRequest, RFC 6143 §7.5.3. */
export const framebufferUpdateRequest = defineMessage<FramebufferUpdateRequest>({
  type: 3,
  name: 'FramebufferUpdateRequest',
  write(out, { incremental, x, y, width, height }) {
    out.u8(3).bool(incremental).u16(x).u16(y).u16(width).u16(height);
  },
  async read(reader) {
    await reader.need(9);
    const incremental = reader.u8() !== 0;
    return { incremental, x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
  },
});
