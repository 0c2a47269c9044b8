import type { Screen } from '../../pseudo-encodings/pseudo-encoding.ts';
import { defineMessage } from '../message.ts';

export interface SetDesktopSize {
  readonly width: number;
  readonly height: number;
  readonly screens: readonly Screen[];
}

/** SetDesktopSize, rfbproto. */
export const setDesktopSize = defineMessage<SetDesktopSize>({
  type: 251,
  name: 'SetDesktopSize',
  write(out, { width, height, screens }) {
    out.u8(251).pad(1).u16(width).u16(height).u8(screens.length).pad(1);
    for (const { id, x, y, width, height, flags } of screens) {
      out.u32(id).u16(x).u16(y).u16(width).u16(height).u32(flags);
    }
  },
  async read(reader) {
    await reader.need(7);
    reader.skip(1);
    const width = reader.u16();
    const height = reader.u16();
    const count = reader.u8();
    reader.skip(1);
    await reader.need(count * 16);
    const screens = Array.from({ length: count }, () => ({
      id: reader.u32(),
      x: reader.u16(),
      y: reader.u16(),
      width: reader.u16(),
      height: reader.u16(),
      flags: reader.u32(),
    }));
    return { width, height, screens };
  },
});
