import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../src/rfb/bytes/byte-reader.ts';
import {
  checkPixelFormat,
  describePixelFormat,
  type PixelFormat,
  pixelFormats,
  RGBX8888,
  readPixelFormat,
  samePixelFormat,
} from '../../../src/rfb/protocol/pixel-format.ts';
import { wire } from '../../support/decode.ts';
import { formatSamples } from '../../support/formats.ts';
import { chunksOf } from '../../support/pipes.ts';

test('flags are true for every value but 0, padding means nothing', async () => {
  const reader = new ByteReader(chunksOf([wire('20 18 07 ff 00ff 00ff 00ff 10 08 00 aabbcc')]));
  await reader.need(16);
  expect(readPixelFormat(reader)).toEqual({ ...pixelFormats.bgrx8888, bigEndian: true });
  expect(reader.buffered).toBe(0);
});

test.each(formatSamples)('$name can be read', ({ options: { format } }) => {
  expect(() => checkPixelFormat(format ?? RGBX8888)).not.toThrow();
});

describe('what cannot be read', () => {
  const map: PixelFormat = { ...RGBX8888, trueColour: false };
  test.each<[string, PixelFormat, RegExp]>([
    ['no bits', { ...RGBX8888, bitsPerPixel: 0 }, /0 bits per pixel, allowed are 8, 16 and 32/],
    ['4 bits', { ...RGBX8888, bitsPerPixel: 4 }, /4 bits per pixel/],
    ['64 bits', { ...RGBX8888, bitsPerPixel: 64 }, /64 bits per pixel/],
    ['a channel of no values', { ...RGBX8888, greenMax: 0 }, /green-max 0/],
    ['a shift beyond the pixel', { ...pixelFormats.bgr233, blueShift: 8 }, /blue-shift 8 in 8 bits/],
    ['a colour map of 32 bits', map, /colour map with 32 bits/],
  ])('%s', (_name, format, message) => {
    expect(() => checkPixelFormat(format)).toThrow(
      expect.objectContaining({ name: 'ProtocolError', code: 'BAD_VALUE', message: expect.stringMatching(message) }),
    );
  });
});

test('formats are the same when every field is', () => {
  for (const field of Object.keys(RGBX8888) as (keyof PixelFormat)[]) {
    const value = RGBX8888[field];
    const other = { ...RGBX8888, [field]: typeof value === 'boolean' ? !value : value + 1 };
    expect(samePixelFormat(RGBX8888, other), field).toBe(false);
  }
  expect(samePixelFormat(RGBX8888, { ...RGBX8888 })).toBe(true);
});

test('formats as people write them', () => {
  expect(describePixelFormat(RGBX8888)).toBe('32 bpp depth 24 little-endian rgb 255,255,255 shifts 0,8,16');
  expect(describePixelFormat({ ...pixelFormats.bgr233, trueColour: false, bigEndian: true })).toBe(
    '8 bpp depth 8 big-endian colour map',
  );
});
