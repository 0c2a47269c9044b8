import { type PixelFormat, pixelFormats, RGBX8888 } from '../../src/rfb/protocol/pixel-format.ts';
import type { DecodeOptions } from './decode.ts';

/** Two colours, A and B, as one pixel format has them on the wire (worked out by hand) and as they show. */
export interface FormatSample {
  readonly name: string;
  readonly options: Pick<DecodeOptions, 'format' | 'colourMap'>;
  readonly pixel: readonly [a: string, b: string];
  readonly cpixel: readonly [a: string, b: string];
  readonly tpixel: readonly [a: string, b: string];
  readonly shown: readonly [a: string, b: string];
}

const bgrx: PixelFormat = pixelFormats.bgrx8888;
const upperBytes: PixelFormat = { ...RGBX8888, redShift: 24, greenShift: 16, blueShift: 8 };
const deep: PixelFormat = {
  ...RGBX8888,
  depth: 30,
  redMax: 1023,
  greenMax: 1023,
  blueMax: 1023,
  redShift: 20,
  greenShift: 10,
  blueShift: 0,
};
const bits24: PixelFormat = { ...bgrx, bitsPerPixel: 24 };
const mapped: PixelFormat = { ...pixelFormats.bgr233, trueColour: false };

const same = (a: string, b: string) => ({ pixel: [a, b], cpixel: [a, b], tpixel: [a, b] }) as const;
const trueA = 'c81e3c';
const trueB = '0a6496';

export const formatSamples: readonly FormatSample[] = [
  {
    name: 'rgbx8888',
    options: { format: RGBX8888 },
    pixel: ['c8 1e 3c 00', '0a 64 96 ff'],
    cpixel: ['c8 1e 3c', '0a 64 96'],
    tpixel: ['c8 1e 3c', '0a 64 96'],
    shown: [trueA, trueB],
  },
  {
    name: 'bgrx8888',
    options: { format: bgrx },
    pixel: ['3c 1e c8 00', '96 64 0a 7f'],
    cpixel: ['3c 1e c8', '96 64 0a'],
    tpixel: ['c8 1e 3c', '0a 64 96'],
    shown: [trueA, trueB],
  },
  {
    name: 'xrgb8888 big-endian',
    options: { format: pixelFormats.xrgb8888be },
    pixel: ['00 c8 1e 3c', 'ff 0a 64 96'],
    cpixel: ['c8 1e 3c', '0a 64 96'],
    tpixel: ['c8 1e 3c', '0a 64 96'],
    shown: [trueA, trueB],
  },
  {
    name: '32 bits, colours in the upper three bytes, little-endian',
    options: { format: upperBytes },
    pixel: ['00 3c 1e c8', 'ff 96 64 0a'],
    cpixel: ['3c 1e c8', '96 64 0a'],
    tpixel: ['c8 1e 3c', '0a 64 96'],
    shown: [trueA, trueB],
  },
  {
    name: '32 bits, colours in the upper three bytes, big-endian',
    options: { format: { ...upperBytes, bigEndian: true } },
    pixel: ['c8 1e 3c 00', '0a 64 96 ff'],
    cpixel: ['c8 1e 3c', '0a 64 96'],
    tpixel: ['c8 1e 3c', '0a 64 96'],
    shown: [trueA, trueB],
  },
  {
    name: '32 bits of depth 32: no short pixels',
    options: { format: { ...RGBX8888, depth: 32 } },
    ...same('c8 1e 3c 00', '0a 64 96 ff'),
    shown: [trueA, trueB],
  },
  {
    name: '10 bits a channel',
    options: { format: deep },
    ...same('00 02 f0 3f', 'ff 03 00 00'),
    shown: ['ff007f', '0000ff'],
  },
  {
    name: '24 bits little-endian',
    options: { format: bits24 },
    ...same('3c 1e c8', '96 64 0a'),
    shown: [trueA, trueB],
  },
  {
    name: '24 bits big-endian',
    options: { format: { ...bits24, bigEndian: true } },
    ...same('c8 1e 3c', '0a 64 96'),
    shown: [trueA, trueB],
  },
  {
    name: 'rgb565',
    options: { format: pixelFormats.rgb565 },
    ...same('10 f8', 'e0 07'),
    shown: ['ff0083', '00ff00'],
  },
  {
    name: 'rgb565 big-endian',
    options: { format: { ...pixelFormats.rgb565, bigEndian: true } },
    ...same('f8 10', '07 e0'),
    shown: ['ff0083', '00ff00'],
  },
  {
    name: 'rgb555',
    options: { format: pixelFormats.rgb555 },
    ...same('10 7c', 'e0 03'),
    shown: ['ff0083', '00ff00'],
  },
  {
    name: 'bgr233',
    options: { format: pixelFormats.bgr233 },
    ...same('47', '18'),
    shown: ['ff0055', '006d00'],
  },
  {
    name: 'colour map of 8 bits',
    options: {
      format: mapped,
      colourMap: new Map([
        [5, [17, 34, 51]],
        [200, [250, 251, 252]],
      ]),
    },
    ...same('05', 'c8'),
    shown: ['112233', 'fafbfc'],
  },
  {
    name: 'colour map of 16 bits, big-endian',
    options: {
      format: { ...mapped, bitsPerPixel: 16, depth: 16, bigEndian: true },
      colourMap: new Map([
        [0x0105, [17, 34, 51]],
        [200, [250, 251, 252]],
      ]),
    },
    ...same('01 05', '00 c8'),
    shown: ['112233', 'fafbfc'],
  },
];
