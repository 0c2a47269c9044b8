import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../src/rfb/bytes/byte-reader.ts';
import { Framebuffer } from '../../../src/rfb/protocol/framebuffer.ts';
import { type PixelFormat, pixelFormats, RGBX8888 } from '../../../src/rfb/protocol/pixel-format.ts';
import type { Rect } from '../../../src/rfb/protocol/rect.ts';
import { deflated, rows, u16, u32, type WirePart, wire } from '../../support/decode.ts';
import { chunksOf } from '../../support/pipes.ts';
import { sha256 } from '../../support/recorded-streams.ts';
import { cutAt, pieces } from '../../support/segmentations.ts';
import { StreamPlayer } from '../../support/stream-player.ts';
import { createUpdateDecoder, updateDecoders } from '../../support/update-decoders.ts';

const RAW = 0;
const TIGHT = 7;
const ZRLE = 16;
const DESKTOP_SIZE = -223;
const LAST_RECT = -224;

/** Keeps what an update tells, in its order. */
class Listener extends StreamPlayer {
  readonly told: string[] = [];

  override beginUpdate(): void {
    super.beginUpdate();
    this.told.push('begin');
  }

  override painted(rect: Rect, encoding: string): void {
    super.painted(rect, encoding);
    this.told.push(`${encoding} ${rect.x},${rect.y}`);
  }

  override resize(width: number, height: number): void {
    super.resize(width, height);
    this.told.push(`resize ${width}x${height}`);
  }

  override finishUpdate(): void {
    this.told.push('finish');
  }
}

const update = (...rects: readonly WirePart[]) => wire(0, 0, u16(rects.length), ...rects);
const rect = (x: number, y: number, width: number, height: number, type: number, ...payload: WirePart[]) =>
  wire(u16(x), u16(y), u16(width), u16(height), u32(type >>> 0), ...payload);

describe.each(updateDecoders)('%s', (decoder) => {
  async function play(
    chunks: readonly Uint8Array[],
    size: readonly [number, number],
    format: PixelFormat = RGBX8888,
  ): Promise<Listener> {
    const listener = new Listener(...size, format, await createUpdateDecoder(decoder));
    await listener.play(chunks);
    return listener;
  }

  test('tells of more rectangles than are told at once, in the order of the wire, and all before the end', async () => {
    const places = Array.from({ length: 1000 }, (_, i) => ({ x: i % 40, y: Math.floor(i / 40) }));
    const bytes = update(...places.map(({ x, y }) => rect(x, y, 1, 1, RAW, '01 02 03 00')));
    const wanted = ['begin', ...places.map(({ x, y }) => `raw ${x},${y}`), 'finish'];
    for (const size of [bytes.length, 4096, 7]) {
      expect((await play(pieces(bytes, size), [40, 25])).told).toEqual(wanted);
    }
  });

  test('goes on with its zlib streams, and its colours, in a framebuffer of another size', async () => {
    const solid = (colour: string) => wire(1, colour);
    const [first, second] = await deflated(solid('c8'), solid('c8'));
    if (!first || !second) throw new Error('nothing deflated');
    const zrle = (width: number, payload: Uint8Array) => rect(0, 0, width, 1, ZRLE, u32(payload.length), payload);
    const bytes = wire(
      // SetColourMapEntries: 200 is orange.
      [1, 0, ...u16(200), ...u16(1), ...u16(0xffff), ...u16(0x8000), ...u16(0)],
      update(zrle(2, first), rect(0, 0, 3, 2, DESKTOP_SIZE), zrle(3, second)),
    );
    const mapped = { ...pixelFormats.bgr233, trueColour: false };
    for (const chunks of [[bytes], pieces(bytes, 1)]) {
      const listener = await play(chunks, [2, 1], mapped);
      expect(rows(listener.framebuffer)).toEqual(['ff8000 ff8000 ff8000', '...... ...... ......']);
      expect(listener.told).toEqual(['begin', 'zrle 0,0', 'resize 3x2', 'zrle 0,0', 'finish']);
    }
  });

  test('leaves the picture of before in the pixels of before', async () => {
    const listener = new Listener(2, 1, RGBX8888, await createUpdateDecoder(decoder));
    const { pixels } = listener.framebuffer;
    const white = 'ff ff ff 00';
    await listener.play([
      update(rect(0, 0, 1, 1, RAW, white), rect(0, 0, 1, 1, DESKTOP_SIZE), rect(0, 0, 1, 1, RAW, '00 00 00 00')),
    ]);
    expect([...pixels]).toEqual([0xffffffff, 0]);
    expect([...listener.framebuffer.pixels]).toEqual([0xff000000]);
  });

  test('ends an update at LastRect, and reads the next message behind it', async () => {
    const endless = wire(0, 0, 'ffff', rect(0, 0, 1, 1, RAW, '01 02 03 00'), rect(0, 0, 0, 0, LAST_RECT));
    const bytes = wire(endless, update(rect(1, 0, 1, 1, RAW, '04 05 06 00')), update());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 20 }), async (at) => {
        const { told, framebuffer } = await play(cutAt(bytes, at), [2, 1]);
        expect(told).toEqual(['begin', 'raw 0,0', 'finish', 'begin', 'raw 1,0', 'finish', 'begin', 'finish']);
        expect(rows(framebuffer)).toEqual(['010203 040506']);
      }),
      { numRuns: 30 },
    );
  });

  test('tells what was painted before a JPEG that is broken', async () => {
    const listener = new Listener(4, 4, RGBX8888, await createUpdateDecoder(decoder));
    const broken = rect(0, 0, 4, 4, TIGHT, 0x90, 4, 'ff d8 ff d9');
    const bytes = update(rect(1, 2, 1, 1, RAW, '01 02 03 00'), broken);
    await expect(listener.play([bytes])).rejects.toMatchObject({ code: 'BAD_JPEG' });
    expect(listener.told).toEqual(['begin', 'raw 1,2']);
  });

  const pictures = resolve(import.meta.dirname, '../../../fixtures/jpeg');
  const known = JSON.parse(readFileSync(join(pictures, 'pictures.json'), 'utf8')) as Record<
    string,
    { readonly width: number; readonly height: number; readonly inCore: boolean; readonly sha256: string }
  >;
  test.each(Object.entries(known))(
    'shows a JPEG however it is cut: %s',
    async (name, { width, height, sha256: wanted }) => {
      const jpeg = readFileSync(join(pictures, `${name}.jpg`));
      const length = [(jpeg.length & 127) | 128, ((jpeg.length >> 7) & 127) | 128, jpeg.length >> 14];
      const bytes = update(rect(0, 0, width, height, TIGHT, 0x90, length, jpeg), rect(0, 0, 0, 0, RAW));
      for (const size of [bytes.length, 1000, 100]) {
        const { framebuffer, told } = await play(pieces(bytes, size), [width, height]);
        expect(sha256(framebuffer.rgba())).toBe(wanted);
        expect(told).toEqual(['begin', 'tight 0,0', 'raw 0,0', 'finish']);
      }
    },
  );
});

test('the core paints into no other memory than its own', async () => {
  const updates = await createUpdateDecoder('core');
  const listener = new Listener(1, 1, RGBX8888, updates);
  const stranger = Object.create(listener, { framebuffer: { value: new Framebuffer(1, 1) } }) as Listener;
  const reader = new ByteReader(chunksOf([wire(0, u16(0))]));
  await expect(async () => updates.receive(reader, stranger)).rejects.toThrow(/allocator/);
});
