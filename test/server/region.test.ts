import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import { Region } from '../../src/server/region.ts';

const SIDE = 16;

const rect = fc.record({
  x: fc.nat(SIDE - 1),
  y: fc.nat(SIDE - 1),
  width: fc.nat(SIDE),
  height: fc.nat(SIDE),
});

/** How many of the rectangles cover each pixel. */
function cover(rects: readonly Rect[]): number[] {
  const pixels = new Array<number>(SIDE * 2 * SIDE * 2).fill(0);
  for (const { x, y, width, height } of rects) {
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        const at = row * SIDE * 2 + column;
        pixels[at] = (pixels[at] ?? 0) + 1;
      }
    }
  }
  return pixels;
}

const some = (counts: readonly number[]) => counts.map((count) => count > 0);

function regionOf(rects: readonly Rect[]): Region {
  const region = new Region();
  for (const each of rects) region.add(each);
  return region;
}

test('a region is the pixels that were added, each once', () => {
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 6 }), (rects) => {
      const counts = cover(regionOf(rects).rects);
      expect(some(counts)).toEqual(some(cover(rects)));
      expect(Math.max(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('subtraction and intersection are those of sets', () => {
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 4 }), fc.array(rect, { maxLength: 4 }), (these, those) => {
      const [a, b] = [some(cover(these)), some(cover(those))];
      const rest = regionOf(these);
      for (const each of those) rest.subtract(each);
      expect(some(cover(rest.rects))).toEqual(a.map((inA, i) => inA && !b[i]));
      const shared = regionOf(these).intersection(regionOf(those));
      expect(some(cover(shared.rects))).toEqual(a.map((inA, i) => inA && b[i]));
    }),
  );
});

test('many pieces become one', () => {
  const dots = Array.from({ length: 100 }, (_, i) => ({ x: i * 2, y: i * 2, width: 1, height: 1 }));
  const { rects } = regionOf(dots);
  expect(rects.length).toBeLessThanOrEqual(48);
  for (const { x, y } of dots) {
    expect(
      rects.some((piece) => x >= piece.x && y >= piece.y && x < piece.x + piece.width && y < piece.y + piece.height),
    ).toBe(true);
  }
});
