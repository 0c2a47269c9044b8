import { ProtocolError } from '../../errors.ts';
import { assertCursorSize } from './cursor-shape.ts';
import type { PseudoEncoding } from './pseudo-encoding.ts';

const RAW = 0;

/**
 * Cursor With Alpha, rfbproto: R, G, B, A bytes with premultiplied alpha in an encoding of the server's choice. Servers
 * choose Raw (TigerVNC, wayvnc), and that is what we read.
 */
export const cursorWithAlpha: PseudoEncoding = {
  type: -314,
  name: 'cursor-with-alpha',
  cursor: true,
  async apply(reader, rect, session) {
    assertCursorSize(rect);
    const { width, height } = rect;
    await reader.need(4);
    const encoding = reader.s32();
    if (encoding !== RAW) {
      throw new ProtocolError('UNKNOWN_ENCODING', `cursor with alpha in encoding ${encoding}, supported is 0 (raw)`);
    }
    await reader.need(width * height * 4);
    const rgba = reader.view(width * height * 4).slice();
    for (let at = 0; at < rgba.length; at += 4) {
      const alpha = rgba[at + 3] ?? 0;
      if (alpha === 0 || alpha === 255) continue;
      for (let i = at; i < at + 3; i++) rgba[i] = Math.min(255, Math.round(((rgba[i] ?? 0) * 255) / alpha));
    }
    session.setCursor({ width, height, hotspotX: rect.x, hotspotY: rect.y, rgba });
  },
};
