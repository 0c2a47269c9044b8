import { constants, createDeflate } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../src/rfb/bytes/byte-reader.ts';
import { ProtocolError, type RfbErrorCode } from '../../src/rfb/errors.ts';
import type { Encoding } from '../../src/rfb/protocol/encodings/encoding.ts';
import type { Framebuffer } from '../../src/rfb/protocol/framebuffer.ts';
import { type PixelFormat, RGBX8888 } from '../../src/rfb/protocol/pixel-format.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import type { DecoderName } from '../../src/rfb/protocol/update-decoder.ts';
import { chunksOf } from './pipes.ts';
import { cutAt, pieces } from './segmentations.ts';
import { StreamPlayer } from './stream-player.ts';
import { createUpdateDecoder, updateDecoders } from './update-decoders.ts';

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

/** Decodes rectangles of one connection, each in an update of its own; all of the bytes must be theirs. */
export async function decode(
  decoder: DecoderName,
  encoding: Encoding,
  chunks: readonly Uint8Array[],
  options: DecodeOptions,
): Promise<Framebuffer> {
  const updates = await createUpdateDecoder(decoder);
  const target = new StreamPlayer(...options.size, options.format ?? RGBX8888, updates);
  const { framebuffer, pixels } = target;
  for (const [y, row] of (options.before ?? []).entries()) {
    for (const [x, colour] of row.split(' ').entries()) {
      if (colour === UNPAINTED) continue;
      framebuffer.fill({ x, y, width: 1, height: 1 }, framebufferPixel(colour));
    }
  }
  for (const [index, [red, green, blue]] of options.colourMap ?? []) {
    pixels.setColourMapEntry(index, red * 257, green * 257, blue * 257);
  }
  let left = chunks;
  try {
    for (const rect of options.rects ?? [framebuffer.bounds]) {
      const header = updateHeader(rect, encoding.type);
      const reader = new ByteReader(chunksOf([header, ...left]));
      await updates.receive(reader, target);
      left = from(reader.offset - header.length, left);
    }
  } finally {
    updates.close();
  }
  expect(left, 'bytes not read').toEqual([]);
  return framebuffer;
}

/** What precedes a rectangle that is alone in its update, the message-type byte aside. */
function updateHeader({ x, y, width, height }: Rect, type: number): Uint8Array {
  return wire(0, u16(1), u16(x), u16(y), u16(width), u16(height), u32(type));
}

/** The chunks without their first `length` bytes. */
function from(length: number, chunks: readonly Uint8Array[]): Uint8Array[] {
  let skipped = 0;
  return chunks.flatMap((chunk) => {
    const start = Math.min(chunk.length, length - skipped);
    skipped += start;
    return start === chunk.length ? [] : [chunk.subarray(start)];
  });
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
  const runs = updateDecoders.flatMap((decoder) => cases.map((one) => ({ decoder, ...one })));
  describe.each(runs)(`$decoder, ${encoding.name}: $name`, ({ decoder, bytes, wanted, ...options }) => {
    test('shows these pixels', async () => {
      expect(rows(await decode(decoder, encoding, [bytes], options))).toEqual(wanted);
    });

    test('byte by byte, too', async () => {
      expect(rows(await decode(decoder, encoding, pieces(bytes, 1), options))).toEqual(wanted);
    });

    test('however the bytes are cut', async () => {
      const places = fc.array(fc.nat(bytes.length), { maxLength: 20 });
      const property = fc.asyncProperty(places, async (at) => {
        expect(rows(await decode(decoder, encoding, cutAt(bytes, at), options))).toEqual(wanted);
      });
      await fc.assert(property, { numRuns: 20 });
    });

    test('cut short anywhere, the connection is lost', async () => {
      for (const length of prefixLengths(bytes)) {
        await expect(
          decode(decoder, encoding, [bytes.subarray(0, length)], options),
          `${length} bytes`,
        ).rejects.toMatchObject({
          name: 'ConnectionError',
          code: 'CONNECTION_LOST',
        });
      }
    });
  });

  const refused = updateDecoders.flatMap((decoder) => refusals.map((one) => ({ decoder, ...one })));
  test.each(refused)(
    `$decoder, ${encoding.name}: refuses $name`,
    async ({ decoder, bytes, code, message, ...options }) => {
      const error = await decode(decoder, encoding, [bytes], options).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    },
  );
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
