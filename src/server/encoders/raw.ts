import type { EncoderType } from './encoder.ts';

/** Raw, RFC 6143 §7.7.1. */
export const raw: EncoderType = {
  type: 0,
  name: 'raw',
  createEncoder: () => ({
    encode(out, rect, { framebuffer, pixels }) {
      out.bytes(pixels.pixels(framebuffer, rect));
    },
  }),
};
