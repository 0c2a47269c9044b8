import { assertCursorSize, bitmaskLength, maskBit } from './cursor-shape.ts';
import type { PseudoEncoding } from './pseudo-encoding.ts';

const COLOURS_LENGTH = 6;

/** X Cursor, rfbproto: two colours, a bitmap of which, a bitmask of what shows. A hidden cursor has no payload. */
export const xCursor: PseudoEncoding = {
  type: -240,
  name: 'x-cursor',
  cursor: true,
  async apply(reader, rect, session) {
    assertCursorSize(rect);
    const { width, height } = rect;
    const planeLength = bitmaskLength(rect);
    const length = planeLength === 0 ? 0 : COLOURS_LENGTH + 2 * planeLength;
    await reader.need(length);
    const rgba = new Uint8Array(width * height * 4);
    if (length > 0) {
      const colours = reader.view(COLOURS_LENGTH);
      const bitmap = reader.view(planeLength);
      const mask = reader.view(planeLength);
      for (let i = 0; i < width * height; i++) {
        const [x, y] = [i % width, Math.floor(i / width)];
        if (!maskBit(mask, width, x, y)) continue;
        const primary = maskBit(bitmap, width, x, y);
        rgba.set(colours.subarray(primary ? 0 : 3, primary ? 3 : 6), i * 4);
        rgba[i * 4 + 3] = 255;
      }
    }
    session.setCursor({ width, height, hotspotX: rect.x, hotspotY: rect.y, rgba });
  },
};
