import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PixelFormat, pixelFormats, RGBX8888 } from '../../../src/rfb/protocol/pixel-format.ts';
import { PixelReader } from '../../../src/rfb/protocol/pixel-reader.ts';
import { wire } from '../../support/decode.ts';
import { formatSamples } from '../../support/formats.ts';

const data = (hex: string) => new DataView(wire(hex).buffer);
const shown = (pixel: number) => {
  const [red = 0, green = 0, blue = 0, alpha] = new Uint8Array(Uint32Array.of(pixel).buffer);
  expect(alpha, 'alpha').toBe(255);
  return [red, green, blue].map((channel) => channel.toString(16).padStart(2, '0')).join('');
};

describe.each(formatSamples)('$name', (sample) => {
  const pixels = new PixelReader(sample.options.format ?? RGBX8888);
  for (const [index, [red, green, blue]] of sample.options.colourMap ?? []) {
    pixels.setColourMapEntry(index, red * 257, green * 257, blue * 257);
  }

  test.each(['pixel', 'cpixel', 'tpixel'] as const)('%s', (kind) => {
    const sizes = { pixel: pixels.bytesPerPixel, cpixel: pixels.bytesPerCpixel, tpixel: pixels.bytesPerTpixel };
    for (const [i, hex] of sample[kind].entries()) {
      expect(sizes[kind]).toBe(wire(hex).length);
      expect(shown(pixels[kind](data(hex), 0))).toBe(sample.shown[i]);
      // Not at the beginning of its buffer either.
      expect(shown(pixels[kind](data(`ffff${hex}`), 2))).toBe(sample.shown[i]);
    }
  });
});

test('channels scale as floor(value × 255 / max), whatever their width and place', () => {
  const channel = fc.integer({ min: 1, max: 10 });
  const property = fc.property(
    fc.tuple(channel, channel, channel),
    fc.tuple(fc.nat(1023), fc.nat(1023), fc.nat(1023)),
    fc.boolean(),
    ([redBits, greenBits, blueBits], raw, bigEndian) => {
      const max = [2 ** redBits - 1, 2 ** greenBits - 1, 2 ** blueBits - 1] as const;
      const values = raw.map((value, i) => value & (max[i] ?? 0)) as [number, number, number];
      const shifts = [greenBits + blueBits, blueBits, 0] as const;
      const format: PixelFormat = {
        bitsPerPixel: 32,
        depth: redBits + greenBits + blueBits,
        bigEndian,
        trueColour: true,
        redMax: max[0],
        greenMax: max[1],
        blueMax: max[2],
        redShift: shifts[0],
        greenShift: shifts[1],
        blueShift: shifts[2],
      };
      const view = new DataView(new ArrayBuffer(4));
      view.setUint32(0, values[0] * 2 ** shifts[0] + values[1] * 2 ** shifts[1] + values[2], !bigEndian);
      const wanted = values.map((value, i) => Math.floor((value * 255) / (max[i] ?? 1)));
      expect(shown(new PixelReader(format).pixel(view, 0))).toBe(Buffer.from(wanted).toString('hex'));
    },
  );
  fc.assert(property, { numRuns: 300 });
});

describe('CPIXEL and TPIXEL are short only where the specification says so', () => {
  const format = (changes: Partial<PixelFormat>) => {
    const { bytesPerPixel, bytesPerCpixel, bytesPerTpixel } = new PixelReader({ ...RGBX8888, ...changes });
    return [bytesPerPixel, bytesPerCpixel, bytesPerTpixel];
  };
  test.each<[string, Partial<PixelFormat>, number[]]>([
    ['8 bits a channel in the lower three bytes, depth 24', {}, [4, 3, 3]],
    ['in the upper three', { redShift: 24, greenShift: 16, blueShift: 8 }, [4, 3, 3]],
    ['in the first, second and last', { redShift: 0, greenShift: 8, blueShift: 24 }, [4, 4, 3]],
    ['depth 32', { depth: 32 }, [4, 4, 4]],
    ['depth 23, whatever the channels say', { depth: 23 }, [4, 3, 4]],
    [
      'depth 16 in 32 bits',
      { depth: 16, redMax: 31, greenMax: 63, blueMax: 31, redShift: 11, greenShift: 5, blueShift: 0 },
      [4, 3, 4],
    ],
    ['7 bits a channel', { depth: 21, redMax: 127, greenMax: 127, blueMax: 127 }, [4, 3, 4]],
    ['24 bits a pixel', { bitsPerPixel: 24 }, [3, 3, 3]],
    ['16 bits a pixel', pixelFormats.rgb565, [2, 2, 2]],
    ['8 bits a pixel', pixelFormats.bgr233, [1, 1, 1]],
  ])('%s', (_name, changes, sizes) => expect(format(changes)).toEqual(sizes));
});

describe('the colour map', () => {
  const mapped = () => new PixelReader({ ...pixelFormats.bgr233, trueColour: false });

  test('is black until it is told otherwise', () => {
    expect(shown(mapped().pixel(data('07'), 0))).toBe('000000');
  });

  test('takes the upper eight bits of its sixteen', () => {
    const pixels = mapped();
    pixels.setColourMapEntry(7, 0x12ff, 0x3400, 0xff00);
    expect(shown(pixels.pixel(data('07'), 0))).toBe('1234ff');
  });

  test('does not mind entries beyond the last one', () => {
    const pixels = mapped();
    pixels.setColourMapEntry(65_536 + 7, 0xffff, 0xffff, 0xffff);
    expect(shown(pixels.pixel(data('07'), 0))).toBe('000000');
  });

  test('changes nothing in true colour', () => {
    const pixels = new PixelReader(pixelFormats.bgr233);
    pixels.setColourMapEntry(7, 0, 0, 0);
    expect(shown(pixels.pixel(data('07'), 0))).toBe('ff0000');
  });
});

test('a format that cannot be read is refused', () => {
  expect(() => new PixelReader({ ...RGBX8888, bitsPerPixel: 12 })).toThrow(/12 bits per pixel/);
});
