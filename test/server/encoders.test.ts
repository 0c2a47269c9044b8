import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/rfb/bytes/byte-reader.ts';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { encodings } from '../../src/rfb/protocol/encodings/index.ts';
import { Framebuffer } from '../../src/rfb/protocol/framebuffer.ts';
import { pixelFormats } from '../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../src/rfb/protocol/pixel-reader.ts';
import { encoders } from '../../src/server/encoders/index.ts';
import { PixelWriter } from '../../src/server/pixel-writer.ts';

/** Pictures with areas of one colour, noise, and few colours: whatever an encoder chooses between. */
const pictures = fc.record({
  width: fc.integer({ min: 1, max: 90 }),
  height: fc.integer({ min: 1, max: 70 }),
  colours: fc.array(fc.nat(0xffffff), { minLength: 1, maxLength: 40 }),
  kind: fc.constantFrom('blocks', 'noise', 'lines', 'plain'),
  seed: fc.nat(),
});

function painted({
  width,
  height,
  colours,
  kind,
  seed,
}: {
  width: number;
  height: number;
  colours: number[];
  kind: string;
  seed: number;
}): Framebuffer {
  const framebuffer = new Framebuffer(width, height);
  for (let i = 0; i < width * height; i++) {
    const x = i % width;
    const y = (i - x) / width;
    const at =
      kind === 'blocks'
        ? (x >> 3) + (y >> 2) * 7
        : kind === 'lines'
          ? y
          : kind === 'noise'
            ? Math.imul(i + seed, 2654435761) >>> 7
            : 0;
    framebuffer.pixels[i] = ((colours[at % colours.length] ?? 0) | 0xff000000) >>> 0;
  }
  return framebuffer;
}

describe.each(encoders)('$name', (encoder) => {
  test.each(Object.entries(pixelFormats))(
    'what is encoded in %s is decoded to what the format can hold',
    async (_name, format) => {
      const encoding = encodings.find(({ type }) => type === encoder.type);
      await fc.assert(
        fc.asyncProperty(fc.array(pictures, { minLength: 1, maxLength: 3 }), async (list) => {
          const encode = encoder.createEncoder();
          const decoder = encoding?.createDecoder();
          for (const each of list) {
            const source = painted(each);
            const writer = new PixelWriter(format);
            const out = new ByteWriter();
            encode.encode(out, source.bounds, { framebuffer: source, pixels: writer });
            const target = { framebuffer: new Framebuffer(each.width, each.height), pixels: new PixelReader(format) };
            const bytes = out.take();
            const reader = new ByteReader(
              (async function* () {
                yield bytes;
              })(),
            );
            await decoder?.decode(reader, source.bounds, target as never);
            expect(reader.offset).toBe(bytes.length);
            const wanted = source.pixels.map((pixel) => target.pixels.colour(writer.value(pixel)));
            expect(
              Buffer.compare(
                Buffer.from(target.framebuffer.pixels.buffer, target.framebuffer.pixels.byteOffset, wanted.byteLength),
                Buffer.from(wanted.buffer),
              ),
            ).toBe(0);
          }
        }),
        { numRuns: 25 },
      );
    },
  );
});
