import { expect, test } from 'vitest';
import { assertInside, contains, describeRect } from '../../../src/rfb/protocol/rect.ts';

const rect = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });
const outer = rect(2, 3, 10, 8);

test('as people write it', () => expect(describeRect(rect(1, 2, 800, 600))).toBe('800x600 at 1,2'));

test.each([
  [outer, true],
  [rect(3, 4, 1, 1), true],
  [rect(12, 11, 0, 0), true],
  [rect(1, 3, 5, 5), false],
  [rect(2, 2, 5, 5), false],
  [rect(2, 3, 11, 8), false],
  [rect(2, 3, 10, 9), false],
  [rect(13, 3, 0, 0), false],
])('%o is inside 10x8 at 2,3: %s', (inner, inside) => expect(contains(outer, inner)).toBe(inside));

test.each([
  [rect(0, 0, 4, 3), true],
  [rect(4, 3, 0, 0), true],
  [rect(0, 0, 5, 3), false],
  [rect(0, 0, 4, 4), false],
  [rect(5, 0, 0, 1), false],
  [rect(65535, 65535, 65535, 65535), false],
])('%o is inside a 4x3 framebuffer: %s', (inner, inside) => {
  const assert = () => assertInside(inner, { width: 4, height: 3 }, 'raw');
  if (inside) expect(assert).not.toThrow();
  else
    expect(assert).toThrow(expect.objectContaining({ code: 'BAD_RECT', message: expect.stringMatching(/^raw.*4x3/) }));
});
