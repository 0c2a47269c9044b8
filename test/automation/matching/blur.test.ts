import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxBlurred, smoothGrey } from '../../../src/automation/matching/blur.ts';
import { pixelsOf } from '../../../src/automation/picture.ts';
import { noise } from '../../support/pictures.ts';

const size = fc.integer({ min: 1, max: 12 });

test('a box blur is the mean of what lies within its radius', () => {
  fc.assert(
    fc.property(size, size, fc.integer({ min: 0, max: 14 }), fc.integer(), (width, height, radius, seed) => {
      const pixels = pixelsOf(noise(width, height, seed));
      const blurred = boxBlurred(pixels, width, height, radius);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const sums = [0, 0, 0];
          let count = 0;
          for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++) {
            for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++, count++) {
              for (const i of [0, 1, 2]) sums[i] = (sums[i] ?? 0) + (((pixels[v * width + u] ?? 0) >>> (i * 8)) & 255);
            }
          }
          const [red = 0, green = 0, blue = 0] = sums.map((sum) => Math.round(sum / count));
          expect(blurred[y * width + x]).toBe((0xff000000 | (blue << 16) | (green << 8) | red) >>> 0);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('needles see grey through a Gaussian of 3x3, mirrored at the edges', () => {
  fc.assert(
    fc.property(size, size, fc.integer(), (width, height, seed) => {
      const pixels = pixelsOf(noise(width, height, seed));
      const grey = (x: number, y: number) => {
        const mirror = (i: number, length: number) => (length === 1 ? 0 : i < 0 ? 1 : i === length ? length - 2 : i);
        const pixel = pixels[mirror(y, height) * width + mirror(x, width)] ?? 0;
        return Math.round(0.299 * (pixel & 255) + 0.587 * ((pixel >>> 8) & 255) + 0.114 * ((pixel >>> 16) & 255));
      };
      const smooth = smoothGrey(pixels, width, height);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (const v of [-1, 0, 1]) {
            for (const u of [-1, 0, 1]) sum += (2 - Math.abs(u)) * (2 - Math.abs(v)) * grey(x + u, y + v);
          }
          expect(smooth[y * width + x]).toBe(Math.floor((sum + 8) / 16));
        }
      }
    }),
    { numRuns: 50 },
  );
});
