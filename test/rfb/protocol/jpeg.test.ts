import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { decodeJpeg, encodeJpeg, jpegSize } from '../../../src/rfb/protocol/jpeg.ts';
import { wire } from '../../support/decode.ts';
import { psnr } from '../../support/recorded-streams.ts';

const fixtures = resolve(import.meta.dirname, '../../../fixtures/jpeg');
const grey = new Uint8Array(readFileSync(join(fixtures, 'text-17x33-q95-grey.jpg')));
const text = new Uint8Array(readFileSync(join(fixtures, 'text-17x33-q95-420.jpg')));

test('what is encoded comes back, in size and in looks', async () => {
  const rgba = new Uint8Array(40 * 30 * 4);
  for (let i = 0; i < 40 * 30; i++) rgba.set([i % 40 < 20 ? 200 : 40, 100, Math.floor(i / 40) * 8, 255], i * 4);
  const jpeg = await encodeJpeg(rgba, 40, 30, 95);
  expect(jpegSize(jpeg)).toEqual({ width: 40, height: 30 });
  const pixels = await decodeJpeg(jpeg, 40, 30);
  expect(psnr(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), rgba)).toBeGreaterThan(35);
  expect((await encodeJpeg(rgba, 40, 30, 10)).length).toBeLessThan(jpeg.length);
});

test('neither leaves a global behind', async () => {
  const globals = Object.getOwnPropertyNames(globalThis).sort();
  await decodeJpeg(await encodeJpeg(new Uint8Array(64), 4, 4, 50), 4, 4);
  expect(Object.getOwnPropertyNames(globalThis).sort()).toEqual(globals);
  expect('ImageData' in globalThis).toBe(false);
});

test('a global of that name stays what it was', async () => {
  const own = class {};
  Object.defineProperty(globalThis, 'ImageData', { value: own, configurable: true });
  try {
    await decodeJpeg(grey, 17, 33);
    expect((globalThis as { ImageData?: unknown }).ImageData).toBe(own);
  } finally {
    Reflect.deleteProperty(globalThis, 'ImageData');
  }
});

test.each([
  ['of another size', text, 33, 17, /17x33 pixels, wanted are 33x17/],
  ['cut off in its head', text.subarray(0, 100), 17, 33, /no frame header/],
  ['cut off in its scan', text.subarray(0, -100), 17, 33, /premature end of data/],
  [
    'without Huffman codes that make sense',
    text.map((byte, i) => (i > text.length - 400 && i < text.length - 300 ? 0x7f : byte)),
    17,
    33,
    /JPEG of/,
  ],
  ['that is none', new TextEncoder().encode('no picture'), 17, 33, /does not begin with ff d8/],
] as const)('a JPEG %s is an error', async (_what, bytes, width, height, message) => {
  await expect(decodeJpeg(bytes, width, height)).rejects.toMatchObject({ code: 'BAD_JPEG', message });
});

test('a missing end marker, or bytes before it, are none', async () => {
  const wanted = await decodeJpeg(text, 17, 33);
  expect(await decodeJpeg(text.subarray(0, -2), 17, 33)).toEqual(wanted);
  expect(await decodeJpeg(Buffer.concat([text.subarray(0, -2), Buffer.from([0, 0xff, 0xd9])]), 17, 33)).toEqual(wanted);
});

test('what waits while another picture breaks the decoder is decoded all the same', async () => {
  // A second frame header is an error of libjpeg's, not only a warning.
  const frame = Buffer.from(text).indexOf(Buffer.from([0xff, 0xc0]));
  const broken = Buffer.concat([text.subarray(0, frame + 19), text.subarray(frame)]);
  const wanted = await decodeJpeg(text, 17, 33);
  const results = await Promise.allSettled([broken, text, broken, text].map((bytes) => decodeJpeg(bytes, 17, 33)));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({ value: wanted });
});

const SOI = 'ffd8';
/** Application data of 4 bytes. */
const APP0 = 'ffe0 0006 01020304';
/** A frame header: 8 bits, 256 high, 511 wide, one component. */
const frame = (marker: string) => `${marker} 000b 08 0100 01ff 01 01 11 00`;

test.each([
  ['baseline', wire(SOI, frame('ffc0'))],
  ['progressive', wire(SOI, frame('ffc2'))],
  ['behind other segments', wire(SOI, APP0, 'ffc4 0003 00', 'ffdb 0004 0102', frame('ffc0'))],
  ['behind fill bytes', wire(SOI, APP0, 'ffffff', frame('ffc0'))],
])('the size of a picture, %s', (_how, bytes) => {
  expect(jpegSize(bytes)).toEqual({ width: 511, height: 256 });
});

test.each([
  ['the beginning alone', wire(SOI), /no frame header/],
  ['data before any header', wire(SOI, 'ffda 0008 0101 0000 3f00', frame('ffc0')), /no frame header/],
  ['a segment that leads beyond the end', wire(SOI, 'ffe0 ffff', frame('ffc0')), /no frame header/],
  ['a segment of no length', wire(SOI, 'ffe0 0000', frame('ffc0')), /no (marker|frame header)/],
  ['noise between segments', wire(SOI, APP0, '00', frame('ffc0')), /no marker at offset 10/],
])('no size: %s', (_what, bytes, message) => {
  expect(() => jpegSize(bytes)).toThrow(
    expect.objectContaining({ name: 'ProtocolError', code: 'BAD_JPEG', message: expect.stringMatching(message) }),
  );
});
