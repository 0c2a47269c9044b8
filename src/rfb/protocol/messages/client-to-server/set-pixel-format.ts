import { PIXEL_FORMAT_LENGTH, type PixelFormat, readPixelFormat, writePixelFormat } from '../../pixel-format.ts';
import { defineMessage } from '../message.ts';

/** SetPixelFormat, RFC 6143 §7.5.1. */
export const setPixelFormat = defineMessage<PixelFormat>({
  type: 0,
  name: 'SetPixelFormat',
  write(out, format) {
    writePixelFormat(out.u8(0).pad(3), format);
  },
  async read(reader) {
    await reader.need(3 + PIXEL_FORMAT_LENGTH);
    reader.skip(3);
    return readPixelFormat(reader);
  },
});
