import { DeflateStream } from '../deflate-stream.ts';
import type { EncoderType } from './encoder.ts';

/** Zlib, rfbproto "Zlib Encoding": Raw in one zlib stream. */
export const zlib: EncoderType = {
  type: 6,
  name: 'zlib',
  createEncoder: () => {
    const stream = new DeflateStream();
    return {
      encode(out, rect, { framebuffer, pixels }) {
        const compressed = stream.deflate(pixels.pixels(framebuffer, rect));
        out.u32(compressed.length).bytes(compressed);
      },
    };
  },
};
