import { constants, createDeflate } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/rfb/bytes/byte-reader.ts';
import { ProtocolError, type RfbErrorCode } from '../../src/rfb/errors.ts';
import type { Encoding } from '../../src/rfb/protocol/encodings/encoding.ts';
import { Framebuffer } from '../../src/rfb/protocol/framebuffer.ts';
import { type PixelFormat, RGBX8888 } from '../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../src/rfb/protocol/pixel-reader.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import { chunksOf } from './pipes.ts';
import { cutAt, pieces } from './segmentations.ts';

export interface DecodeOptions {
  /** Of the framebuffer. */
  readonly size: readonly [width: number, height: number];
  /** The rectangles that the bytes hold, one after the other; default one, as big as the framebuffer. */
  readonly rects?: readonly Rect[];
  /** Default `rgbx8888`. */
  readonly format?: PixelFormat;
  readonly colourMap?: ReadonlyMap<number, readonly [red: number, green: number, blue: number]>;
  /** What the framebuffer shows before, as `rows` gives it. */
  readonly before?: readonly string[];
}

/** Decodes rectangles of one connection; all of the bytes must be theirs. */
export async function decode(
  encoding: Encoding,
  chunks: readonly Uint8Array[],
  options: DecodeOptions,
): Promise<Framebuffer> {
  const framebuffer = new Framebuffer(...options.size);
  for (const [y, row] of (options.before ?? []).entries()) {
    for (const [x, colour] of row.split(' ').entries()) {
      if (colour === UNPAINTED) continue;
      framebuffer.fill({ x, y, width: 1, height: 1 }, framebufferPixel(colour));
    }
  }
  const pixels = new PixelReader(options.format ?? RGBX8888);
  for (const [index, [red, green, blue]] of options.colourMap ?? []) {
    pixels.setColourMapEntry(index, red * 257, green * 257, blue * 257);
  }
  const reader = new ByteReader(chunksOf(chunks));
  const decoder = encoding.createDecoder();
  try {
    for (const rect of options.rects ?? [framebuffer.bounds])
      await decoder.decode(reader, rect, { framebuffer, pixels });
  } finally {
    decoder.close?.();
  }
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  expect(reader.offset, 'bytes read').toBe(length);
  return framebuffer;
}

const UNPAINTED = '......';

/** Rows of pixels as text, `rrggbb` each: what tests compare and people read. */
export function rows(framebuffer: Framebuffer): string[] {
  return Array.from({ length: framebuffer.height }, (_, y) =>
    Array.from({ length: framebuffer.width }, (_, x) => {
      const pixel = framebuffer.pixels[y * framebuffer.width + x] ?? 0;
      if (pixel === 0) return UNPAINTED;
      const [red, green, blue, alpha] = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255, pixel >>> 24];
      const colour = [red, green, blue].map((channel) => channel.toString(16).padStart(2, '0')).join('');
      return alpha === 255 ? colour : `${colour}/${alpha}`;
    }).join(' '),
  );
}

function framebufferPixel(colour: string): number {
  const value = Number.parseInt(colour, 16);
  return (0xff000000 | ((value & 0xff) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

export interface DecodeCase extends DecodeOptions {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly wanted: readonly string[];
}

export interface Refusal extends DecodeOptions {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: RfbErrorCode;
  readonly message: RegExp;
}

/** The blocks that every decoder's test has: exact pixels, every segmentation, every truncation, every illegal value. */
export function describeDecoder(encoding: Encoding, cases: readonly DecodeCase[], refusals: readonly Refusal[]): void {
  describe.each(cases)(`${encoding.name}: $name`, ({ bytes, wanted, ...options }) => {
    test('shows these pixels', async () => {
      expect(rows(await decode(encoding, [bytes], options))).toEqual(wanted);
    });

    test('byte by byte, too', async () => {
      expect(rows(await decode(encoding, pieces(bytes, 1), options))).toEqual(wanted);
    });

    test('however the bytes are cut', async () => {
      const places = fc.array(fc.nat(bytes.length), { maxLength: 20 });
      const property = fc.asyncProperty(places, async (at) => {
        expect(rows(await decode(encoding, cutAt(bytes, at), options))).toEqual(wanted);
      });
      await fc.assert(property, { numRuns: 20 });
    });

    test('cut short anywhere, the connection is lost', async () => {
      for (const length of prefixLengths(bytes)) {
        await expect(decode(encoding, [bytes.subarray(0, length)], options), `${length} bytes`).rejects.toMatchObject({
          name: 'ConnectionError',
          code: 'CONNECTION_LOST',
        });
      }
    });
  });

  test.each(refusals)(`${encoding.name} refuses $name`, async ({ bytes, code, message, ...options }) => {
    const error = await decode(encoding, [bytes], options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
}

/** Every prefix of something short; of something long every one near its ends, and some between. */
function prefixLengths(bytes: Uint8Array): number[] {
  const all = Array.from(bytes.keys());
  const step = Math.ceil(bytes.length / 50);
  return all.filter((length) => length < 64 || length % step === 0 || bytes.length - length < 16);
}

/** A byte, a list of bytes, bytes in hexadecimal. */
export type WirePart = number | string | Iterable<number>;

export function wire(...parts: readonly WirePart[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'number') return [part];
      return typeof part === 'string' ? [...Buffer.from(part.replaceAll(' ', ''), 'hex')] : [...part];
    }),
  );
}

export const u16 = (value: number): readonly number[] => [(value >> 8) & 255, value & 255];
export const u32 = (value: number): readonly number[] => [...u16(value >>> 16), ...u16(value)];

/** Compresses `blocks` in one zlib stream, each flushed so that it can be read at once. */
export async function deflated(...blocks: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const deflate = createDeflate();
  const parts: Uint8Array[] = [];
  let part: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => part.push(chunk));
  for (const block of blocks) {
    await new Promise<void>((resolve) => {
      deflate.write(block);
      deflate.flush(constants.Z_SYNC_FLUSH, resolve);
    });
    parts.push(Uint8Array.from(Buffer.concat(part)));
    part = [];
  }
  deflate.destroy();
  return parts;
}
