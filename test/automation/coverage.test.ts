import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Coverage } from '../../src/automation/coverage.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';

const [WIDTH, HEIGHT] = [12, 10];

const anyRect: fc.Arbitrary<Rect> = fc.record({ x: fc.nat(11), y: fc.nat(9), width: fc.nat(12), height: fc.nat(10) });
const inside = anyRect.map(({ x, y, width, height }) => ({
  x,
  y,
  width: Math.min(width, WIDTH - x),
  height: Math.min(height, HEIGHT - y),
}));

const holds = ({ x, y, width, height }: Rect, px: number, py: number) =>
  px >= x && px < x + width && py >= y && py < y + height;

test('counts each pixel of the region once, and bounds what is missing', () => {
  const property = fc.property(inside, fc.array(inside, { maxLength: 8 }), (region, rects) => {
    const coverage = new Coverage(WIDTH, region);
    for (const rect of rects) coverage.add(rect);
    const missing: [number, number][] = [];
    for (let y = 0; y < HEIGHT; y++) {
      for (let x = 0; x < WIDTH; x++) {
        if (holds(region, x, y) && !rects.some((rect) => holds(rect, x, y))) missing.push([x, y]);
      }
    }
    const area = region.width * region.height;
    expect(coverage.complete).toBe(missing.length === 0);
    expect(coverage.share).toBeCloseTo(area === 0 ? 1 : 1 - missing.length / area);
    const [xs, ys] = [missing.map(([x]) => x), missing.map(([, y]) => y)];
    expect(coverage.missingBounds()).toEqual(
      missing.length === 0
        ? { x: region.x, y: region.y, width: 0, height: 0 }
        : {
            x: Math.min(...xs),
            y: Math.min(...ys),
            width: Math.max(...xs) - Math.min(...xs) + 1,
            height: Math.max(...ys) - Math.min(...ys) + 1,
          },
    );
  });
  fc.assert(property, { numRuns: 300 });
});
