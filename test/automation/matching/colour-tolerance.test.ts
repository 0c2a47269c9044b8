import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ColourTolerance, colourDistance } from '../../../src/automation/matching/colour-tolerance.ts';
import { pixelFormats } from '../../../src/rfb/protocol/pixel-format.ts';

const colour = fc.integer({ min: 0, max: 0xffffff });
const rgb = (red: number, green: number, blue: number) => red | (green << 8) | (blue << 16);
const channels = (pixel: number) => [pixel & 255, (pixel >> 8) & 255, pixel >> 16];

describe('colourDistance', () => {
  test.each([
    ['black and white', 0, 0xffffff, 246.3],
    ['neighbouring greys', 0x808080, 0x818181, 0.966],
    ['red and green', rgb(255, 0, 0), rgb(0, 255, 0), 211.8],
    ['blue and black', rgb(0, 0, 255), 0, 82.4],
    ['yellow and blue', rgb(255, 255, 0), rgb(0, 0, 255), 245],
  ])('%s', (_name, a, b, distance) => {
    expect(colourDistance(a, b)).toBeCloseTo(distance, 1);
  });

  test('is symmetric, 0 for equal colours alone, and at most 255', () => {
    fc.assert(
      fc.property(colour, colour, (a, b) => {
        const distance = colourDistance(a, b);
        expect(distance).toBe(colourDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(255);
      }),
    );
  });

  test('reaches 255 and no more, at the corners of the colour cube', () => {
    const corners = Array.from({ length: 8 }, (_, i) => rgb(i & 1 ? 255 : 0, i & 2 ? 255 : 0, i & 4 ? 255 : 0));
    const distances = corners.flatMap((a) => corners.map((b) => colourDistance(a, b)));
    expect(Math.max(...distances)).toBeGreaterThan(254.5);
  });
});

describe('ColourTolerance', () => {
  test('without fuzz and loss: only equal colours, whatever their alpha', () => {
    const tolerance = new ColourTolerance(0, pixelFormats.bgrx8888);
    expect(tolerance.exact).toBe(true);
    expect(tolerance.alike(0xff123456, 0x00123456)).toBe(true);
    expect(tolerance.alike(0xff123456, 0xff123457)).toBe(false);
  });

  test('fuzz is the distance that is still the same', () => {
    fc.assert(
      fc.property(colour, colour, fc.integer({ min: 0, max: 255 }), (a, b, fuzz) => {
        expect(new ColourTolerance(fuzz).alike(a, b)).toBe(colourDistance(a, b) <= fuzz + 1e-9);
      }),
    );
  });

  test.each(['rgb565', 'rgb555', 'bgr233'] as const)(
    'forgives what %s loses, cut or rounded, and no whole step',
    (name) => {
      const format = pixelFormats[name];
      const max = [format.redMax, format.greenMax, format.blueMax];
      const tolerance = new ColourTolerance(0, format);
      const through = (pixel: number, whole: (share: number, max: number) => number) => {
        const [red = 0, green = 0, blue = 0] = channels(pixel).map((value, i) => {
          const most = max[i] ?? 1;
          return Math.floor((whole(value, most) * 255) / most);
        });
        return rgb(red, green, blue);
      };
      fc.assert(
        fc.property(colour, fc.constantFrom(0, 8, 16), (pixel, shift) => {
          const cut = through(pixel, (value, most) => Math.floor((value * (most + 1)) / 256));
          const rounded = through(pixel, (value, most) => Math.round((value * most) / 255));
          expect(tolerance.alike(pixel, cut)).toBe(true);
          expect(tolerance.alike(pixel, rounded)).toBe(true);
          const step = Math.ceil(255 / (max[shift / 8] ?? 1));
          const value = (pixel >> shift) & 255;
          const off = value + step <= 255 ? step : -step;
          expect(tolerance.alike(pixel, pixel + off * 2 ** shift)).toBe(false);
        }),
      );
    },
  );

  test.each([-1, 256, Number.NaN])('a fuzz of %s is a mistake', (fuzz) => {
    expect(() => new ColourTolerance(fuzz)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
  });
});
