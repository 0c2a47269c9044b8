import { InflateStream } from '../../bytes/inflate-stream.ts';
import { defineEncoding } from './encoding.ts';
import { decodeRows } from './raw.ts';
import { readCompressed } from './zlib-payload.ts';

/** Zlib, rfbproto "zlib Encoding": Raw inside one zlib stream. */
export const zlib = defineEncoding({
  type: 6,
  name: 'zlib',
  createDecoder: () => {
    const stream = new InflateStream();
    return {
      async decode(reader, rect, target) {
        if (!reader.has(4)) await reader.need(4);
        const length = reader.u32();
        const limit = rect.width * rect.height * target.pixels.bytesPerPixel;
        await readCompressed(reader, stream, { name: 'zlib', rect, length, limit }, (inflated) =>
          decodeRows(inflated, rect, target, 'pixel'),
        );
      },
      close: () => stream.close(),
    };
  },
});
