import { expect, test } from 'vitest';
import { RelativeMotion } from '../../../src/rfb/session/pointer-motion.ts';

const screen = { width: 720, height: 400 };
const delta = (x: number, y: number) => ({ x: 0x7fff + x, y: 0x7fff + y });

test('the first position is reached from the top left corner, the next from the one before', () => {
  const motion = new RelativeMotion();
  expect(motion.unknown).toBe(true);
  expect(motion.coordinates({ x: 300, y: 200 }, screen)).toEqual([delta(-720, -400), delta(300, 200)]);
  expect(motion.unknown).toBe(false);
  expect(motion.coordinates({ x: 310, y: 180 }, screen)).toEqual([delta(10, -20)]);
  expect(motion.coordinates({ x: 310, y: 180 }, screen)).toEqual([delta(0, 0)]);
  motion.forget();
  expect(motion.coordinates({ x: 1, y: 2 }, screen)).toEqual([delta(-720, -400), delta(1, 2)]);
});

test('no delta leaves the 16 bits of a coordinate', () => {
  const motion = new RelativeMotion();
  const wide = { width: 65_535, height: 65_535 };
  expect(motion.coordinates({ x: 65_534, y: 0 }, wide)).toEqual([
    { x: 0, y: 0 },
    { x: 0xffff, y: 0x7fff },
  ]);
});
