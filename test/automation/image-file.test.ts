import { PNG } from 'pngjs';
import { expect, test } from 'vitest';
import { encodeImage } from '../../src/automation/image-file.ts';
import type { Picture } from '../../src/automation/picture.ts';
import { testCard } from '../servers/rig/test-card.ts';

const card: Picture = { ...testCard(333, 100), fresh: true };

test('a PNG holds every pixel', async () => {
  const { width, height, data } = PNG.sync.read(Buffer.from(await encodeImage(card, 'png')));
  expect([width, height]).toEqual([card.width, card.height]);
  expect(Buffer.compare(data, card.rgba)).toBe(0);
});

test('a PPM holds every pixel', async () => {
  const ppm = Buffer.from(await encodeImage(card, 'ppm'));
  const header = 'P6\n333 100\n255\n';
  expect(ppm.toString('latin1', 0, header.length)).toBe(header);
  const rgb = card.rgba.filter((_, i) => i % 4 !== 3);
  expect(Buffer.compare(ppm.subarray(header.length), rgb)).toBe(0);
});

test('a PNG of a screen that repeats itself is small', async () => {
  const rgba = new Uint8Array(400 * 300 * 4).map((_, i) => (i % 4 === 3 ? 255 : (i % 1600) % 251));
  const png = await encodeImage({ width: 400, height: 300, rgba, fresh: true }, 'png');
  expect(png.length).toBeLessThan(rgba.length / 50);
});
