import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Framebuffer } from '../../../src/rfb/protocol/framebuffer.ts';
import type { Rect } from '../../../src/rfb/protocol/rect.ts';

const rect = (x: number, y: number, width: number, height: number): Rect => ({ x, y, width, height });

/** The pixels as rows of numbers. */
const table = ({ width, height, pixels }: Framebuffer) =>
  Array.from({ length: height }, (_, y) => [...pixels.subarray(y * width, (y + 1) * width)]);

/** Every pixel is its own number, from 1. */
function numbered(width: number, height: number): Framebuffer {
  const framebuffer = new Framebuffer(width, height);
  framebuffer.pixels.forEach((_, i, pixels) => {
    pixels[i] = i + 1;
  });
  return framebuffer;
}

/** A size with one rectangle inside, and a place where it would fit as well. */
const sizeAndMove = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([width, height]) =>
  fc.tuple(fc.integer({ min: 0, max: width }), fc.integer({ min: 0, max: height })).chain(([w, h]) => {
    const place = fc.tuple(fc.integer({ min: 0, max: width - w }), fc.integer({ min: 0, max: height - h }));
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      w: fc.constant(w),
      h: fc.constant(h),
      from: place,
      to: place,
    });
  }),
);

test('a new one is transparent black', () => {
  expect(table(new Framebuffer(2, 1))).toEqual([[0, 0]]);
});

test('fill and blit paint their rectangle and nothing else', () => {
  const framebuffer = new Framebuffer(4, 3);
  framebuffer.fill(rect(1, 0, 2, 2), 7);
  framebuffer.blit(rect(2, 1, 2, 2), Uint32Array.of(99, 1, 2, 3, 4), 1);
  framebuffer.fill(rect(4, 3, 0, 0), 8);
  expect(table(framebuffer)).toEqual([
    [0, 7, 7, 0],
    [0, 7, 1, 2],
    [0, 0, 3, 4],
  ]);
});

test('copies are right however source and target overlap', () => {
  const property = fc.property(sizeAndMove, ({ width, height, w, h, from, to }) => {
    const framebuffer = numbered(width, height);
    const wanted = table(framebuffer);
    const source = table(framebuffer);
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) (wanted[to[1] + y] ?? [])[to[0] + x] = source[from[1] + y]?.[from[0] + x] ?? 0;
    }
    framebuffer.copy(from[0], from[1], rect(to[0], to[1], w, h));
    expect(table(framebuffer)).toEqual(wanted);
  });
  fc.assert(property, { numRuns: 500 });
});

test('a resize keeps what both sizes share', () => {
  const side = fc.integer({ min: 0, max: 6 });
  const property = fc.property(side, side, side, side, (width, height, newWidth, newHeight) => {
    const framebuffer = numbered(width, height);
    const before = table(framebuffer);
    framebuffer.resize(newWidth, newHeight);
    expect(framebuffer.bounds).toEqual(rect(0, 0, newWidth, newHeight));
    expect(table(framebuffer)).toEqual(
      Array.from({ length: newHeight }, (_, y) => Array.from({ length: newWidth }, (_, x) => before[y]?.[x] ?? 0)),
    );
  });
  fc.assert(property, { numRuns: 300 });
});

describe('limits', () => {
  test.each([
    [65_535, 65_535],
    [16_385, 1],
    [1, 16_385],
    [16_384, 4097],
  ])('%ix%i is refused, and the picture stays', (width, height) => {
    const framebuffer = numbered(2, 1);
    expect(() => framebuffer.resize(width, height)).toThrow(
      expect.objectContaining({ code: 'BAD_VALUE', message: expect.stringMatching(`${width}x${height}`) }),
    );
    expect(table(framebuffer)).toEqual([[1, 2]]);
  });
});

test('pixels as R, G, B, A bytes: a copy', () => {
  const framebuffer = new Framebuffer(2, 2);
  framebuffer.fill(rect(1, 0, 1, 2), 0xff030201);
  const bytes = framebuffer.rgba(rect(1, 1, 1, 1));
  framebuffer.fill(framebuffer.bounds, 0);
  expect([...bytes]).toEqual([1, 2, 3, 255]);
});

test('whether a rectangle shows what was copied from it: every pixel in it counts, and none beside it', () => {
  const inside = fc.constantFrom(rect(0, 0, 4, 3), rect(0, 1, 4, 2), rect(1, 1, 2, 2), rect(3, 2, 1, 1));
  const property = fc.property(inside, fc.nat(3), fc.nat(2), (region, x, y) => {
    const framebuffer = numbered(4, 3);
    const copy = framebuffer.rgba(region);
    expect(framebuffer.shows(region, copy)).toBe(true);
    framebuffer.fill(rect(x, y, 1, 1), 0xff00ff00);
    const hit = x >= region.x && x < region.x + region.width && y >= region.y && y < region.y + region.height;
    expect(framebuffer.shows(region, copy)).toBe(!hit);
  });
  fc.assert(property, { numRuns: 200 });
});
