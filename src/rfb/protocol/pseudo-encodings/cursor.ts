import { assertCursorSize, bitmaskLength, maskBit } from './cursor-shape.ts';
import type { PseudoEncoding } from './pseudo-encoding.ts';

/** Cursor, RFC 6143 §7.8.1: pixels, then a bitmask of those that show. x and y are the hotspot. */
export const cursor: PseudoEncoding = {
  type: -239,
  name: 'cursor',
  cursor: true,
  async apply(reader, rect, session) {
    assertCursorSize(rect);
    const { width, height } = rect;
    const { pixels } = session;
    const pixelsLength = width * height * pixels.bytesPerPixel;
    await reader.need(pixelsLength + bitmaskLength(rect));
    const data = reader.dataView(pixelsLength);
    const mask = reader.view(bitmaskLength(rect));
    const rgba = new Uint32Array(width * height);
    for (let i = 0; i < rgba.length; i++) {
      if (maskBit(mask, width, i % width, Math.floor(i / width)))
        rgba[i] = pixels.pixel(data, i * pixels.bytesPerPixel);
    }
    session.setCursor({ width, height, hotspotX: rect.x, hotspotY: rect.y, rgba: new Uint8Array(rgba.buffer) });
  },
};
