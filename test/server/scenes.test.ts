import { describe, expect, test } from 'vitest';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import { colour, Display } from '../../src/server/display.ts';
import { glyph } from '../../src/server/font.ts';
import { createScene, scenes } from '../../src/server/scenes/index.ts';

describe('every scene', () => {
  test('has a name of its own', () => {
    expect(new Set(scenes.map(({ name }) => name)).size).toBe(scenes.length);
  });

  test.each(scenes.map(({ name }) => name))(
    '%s is the same each time, opaque, and reports all that it draws',
    (name) => {
      const scene = createScene(name);
      expect(scene.name).toBe(name);
      const { framebuffer } = scene.display;
      expect(Buffer.compare(framebuffer.rgba(), createScene(name).display.framebuffer.rgba())).toBe(0);
      const seen = framebuffer.pixels.slice();
      scene.display.watch({
        damaged({ x, y, width, height }: Rect) {
          for (let row = y; row < y + height; row++) {
            const at = row * framebuffer.width + x;
            damaged.push([at, at + width]);
          }
        },
        resized() {},
        bell() {},
        cutText() {},
      });
      const damaged: [number, number][] = [];
      for (const keysym of [0x41, 0x7e, 0xff08, 0x62, 0xff0d, 0x63, 0xff0d]) scene.onKey?.({ down: true, keysym });
      for (const buttonMask of [0, 1, 1, 0, 4, 8]) scene.onPointer?.({ x: 700, y: 3 * buttonMask, buttonMask });
      scene.onPointer?.({ x: 65_535, y: 65_535, buttonMask: 1 });
      scene.onCutText?.('clip\nboard');
      for (const [from, to] of damaged) seen.set(framebuffer.pixels.subarray(from, to), from);
      expect(Buffer.compare(Buffer.from(seen.buffer), Buffer.from(framebuffer.pixels.buffer))).toBe(0);
      expect(framebuffer.pixels.every((pixel) => pixel >>> 24 === 0xff)).toBe(true);
    },
  );
});

test('colours has every value of every channel where it says', () => {
  const { framebuffer } = createScene('colours').display;
  const at = (x: number, y: number) => framebuffer.pixels[y * framebuffer.width + x];
  for (let value = 0; value < 256; value++) {
    expect(at(144 + value * 2, 60)).toBe(colour(value, 0, 0));
    expect(at(144 + value * 2, 104)).toBe(colour(0, value, 0));
    expect(at(144 + value * 2, 148)).toBe(colour(0, 0, value));
    expect(at(144 + value * 2, 324)).toBe(colour(value, value, value));
  }
});

test('desktop marks a click and writes what is typed', () => {
  const scene = createScene('desktop');
  const { framebuffer } = scene.display;
  const before = framebuffer.pixels.slice();
  scene.onPointer?.({ x: 300, y: 600, buttonMask: 1 });
  expect(framebuffer.pixels[(600 - 8) * 1024 + 300]).toBe(colour(230, 60, 50));
  scene.onPointer?.({ x: 300, y: 600, buttonMask: 0 });
  scene.onKey?.({ down: true, keysym: 0x41 });
  // The notepad's first cell begins at 76, 114.
  const cell = (pixels: Uint32Array) =>
    Array.from({ length: 16 }, (_, row) => [...pixels.subarray((114 + row) * 1024 + 76, (114 + row) * 1024 + 84)]);
  const ink = [...glyph('A')].map((bits) => Array.from({ length: 8 }, (_, i) => (bits >> (7 - i)) & 1));
  expect(cell(framebuffer.pixels).map((row) => row.map((pixel) => (pixel === colour(32, 36, 44) ? 1 : 0)))).toEqual(
    ink,
  );
  expect(cell(before)).not.toEqual(cell(framebuffer.pixels));
});

describe('the font', () => {
  test('has a picture of its own for each printable character', () => {
    const pictures = Array.from({ length: 95 }, (_, i) => glyph(String.fromCharCode(0x20 + i)).join());
    expect(new Set(pictures).size).toBe(95);
    for (let code = 0x20; code < 0x7f; code++) expect(glyph(String.fromCharCode(code))).toHaveLength(16);
  });

  test('shows a box for everything else', () => {
    expect(glyph('€')).toBe(glyph('日'));
    expect(glyph('€').some((row) => row !== 0)).toBe(true);
  });
});

test('drawing stays inside the display', () => {
  const display = new Display(20, 20);
  const damage: Rect[] = [];
  display.watch({ damaged: (rect) => damage.push(rect), resized() {}, bell() {}, cutText() {} });
  display.fill({ x: -5, y: 15, width: 100, height: 100 }, colour(255, 0, 0));
  display.fill({ x: 30, y: 0, width: 5, height: 5 }, colour(255, 0, 0));
  display.text(16, 10, 'WW', colour(0, 255, 0));
  expect(damage).toEqual([
    { x: 0, y: 15, width: 20, height: 5 },
    { x: 16, y: 10, width: 4, height: 10 },
  ]);
  expect(display.framebuffer.pixels).toHaveLength(400);
  expect(display.framebuffer.pixels[11 * 20]).toBe(colour(0, 0, 0));
});
