import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPng } from '../../../src/automation/image-file.ts';
import { type Picture, pixelsOf } from '../../../src/automation/picture.ts';
import { TextReader } from '../../../src/automation/text/text-reader.ts';
import { CODE_PAGE_437 } from '../../../src/fonts/code-page-437.ts';
import { fonts } from '../../../src/fonts/index.ts';
import { looks } from '../../support/lookalikes.ts';
import { textPicture } from '../../support/text-picture.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/text');
const screenOf = (name: string) => readPng(readFileSync(join(FIXTURES, name)), name);

/** Characters that every font of the registry has. */
const PRINTABLE = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('');

function font(name: string) {
  const found = fonts.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no font ${name}`);
  return found;
}

/** The same with the pixels of one rectangle changed. */
function painted(picture: Picture, x: number, y: number, width: number, height: number, colour: number): Picture {
  const pixels = pixelsOf(picture).slice();
  for (let row = y; row < y + height; row++) {
    pixels.fill(colour, row * picture.width + x, row * picture.width + x + width);
  }
  return { ...picture, rgba: new Uint8Array(pixels.buffer) };
}

describe('screens of real consoles', () => {
  test('QEMU in VGA text mode: every cell as the video memory has it, in all colours', () => {
    const screen = new TextReader().read(screenOf('qemu-boot-sector.png'));
    const memory = readFileSync(join(FIXTURES, 'qemu-boot-sector.vram.hex'), 'latin1').match(/[0-9a-f]{4}/g) ?? [];
    const truth = memory.map((word) => {
      const [attribute, code] = [Number.parseInt(word.slice(0, 2), 16), Number.parseInt(word.slice(2), 16)];
      // Ink on paper of the same colour shows nothing.
      const invisible = (attribute & 15) === attribute >> 4;
      return invisible ? ' ' : looks(String.fromCodePoint(CODE_PAGE_437[code] ?? 0));
    });
    expect(screen.grid).toMatchObject({ font: 'vga-9x16', left: 0, top: 0, columns: 80, rows: 25 });
    expect(truth).toHaveLength(80 * 25);
    expect(screen.cells.flat().map(looks)).toEqual(truth);
    expect(screen.recognised).toBe(1);
  });

  test.each([
    ['text-mode-fixed16', 'console-fixed-9x16', 80, 25],
    ['framebuffer', 'linux-8x16', 160, 50],
    ['framebuffer-terminus', 'ter-bold-16x32', 80, 25],
  ])('Linux, %s: every cell as the kernel has it', (name, fontName, columns, rows) => {
    const screen = new TextReader().read(screenOf(join('linux', `${name}.png`)));
    expect(screen.grid).toMatchObject({ font: fontName, left: 0, top: 0, columns, rows });
    const truth = readFileSync(join(FIXTURES, 'linux', `${name}.txt`), 'utf8')
      .trimEnd()
      .split('\n');
    const wanted = Array.from({ length: rows }, (_, row) => (truth[row] ?? '').padEnd(columns));
    expect(screen.cells.map((cells) => cells.map(looks).join(''))).toEqual(
      wanted.map((line) => [...line].map(looks).join('')),
    );
    expect(screen.recognised).toBe(1);
  });

  test('xterm in a window that begins anywhere: bold, inverse and coloured words, and the box of its cursor', () => {
    const screen = new TextReader().read(screenOf('xterm-fixed.png'));
    expect(screen.grid).toMatchObject({ font: 'misc-fixed-6x13' });
    for (const line of [
      'Hello, World! ~@#$%^&*()_+{}|:"<>?',
      'The quick brown fox jumps over the lazy dog',
      'bold inverse red',
    ]) {
      expect(screen.find(line), line).toHaveLength(1);
    }
  });
});

describe.each(fonts.map((each) => [each.name, each] as const))('%s', (name, each) => {
  test('has the printable characters, no two alike, and reads what is written in it', () => {
    const picture = textPicture(each, ['', PRINTABLE], { width: 100 * each.width, height: 4 * each.height });
    const screen = new TextReader([each]).read(picture);
    expect(screen.lines[1]).toBe(PRINTABLE);
    expect(screen.grid.font).toBe(name);
  });
});

describe('a grid that begins anywhere, in any two colours', () => {
  const colour = fc.integer({ min: 0, max: 0xffffff }).map((rgb) => (rgb | 0xff000000) >>> 0);
  const text = fc.array(
    fc.array(fc.constantFrom(...PRINTABLE), { minLength: 12, maxLength: 30 }).map((characters) => characters.join('')),
    { minLength: 3, maxLength: 6 },
  );

  test('is found, among all fonts', () => {
    const setting = fc.record({
      which: fc.constantFrom('vga-8x16', 'misc-fixed-6x13', 'misc-fixed-9x15', 'vga-8x8'),
      lines: text,
      left: fc.nat(40),
      top: fc.nat(40),
      ink: colour,
      paper: colour,
    });
    const property = fc.property(setting, ({ which, lines, left, top, ink, paper }) => {
      fc.pre(ink !== paper);
      const picture = textPicture(font(which), lines, { width: 400, height: 200, left, top, ink, paper });
      const screen = new TextReader().read(picture);
      for (const line of lines) expect(screen.find(line).length).toBeGreaterThan(0);
      const place = screen.find(lines[0] ?? '')[0]?.place;
      expect(place).toMatchObject({ x: left, y: top });
    });
    fc.assert(property, { numRuns: 40 });
  });
});

describe('cursors', () => {
  const vga = font('vga-8x16');
  const picture = textPicture(vga, ['login: root', 'Password: with enough text to be sure'], {
    width: 640,
    height: 64,
  });
  const read = (changed: Picture) => new TextReader().read(changed).lines;

  test('a line under a letter, and one under nothing', () => {
    expect(read(painted(picture, 0, 13, 8, 2, 0xffaaaaaa))[0]).toBe('login: root');
    expect(read(painted(picture, 88, 14, 8, 2, 0xffaaaaaa))[0]).toBe('login: root');
  });

  test('a line under nothing in a font that has the like as a character; several of it are none', () => {
    const unifont = font('unifont-8x16');
    const lines = ['grub> ls (hd0)', 'grub> ▁'];
    expect(read(textPicture(unifont, lines, { width: 640, height: 64 }))[1]).toBe('grub>');
    expect(read(textPicture(unifont, [...lines, 'load: ▂▃▁'], { width: 640, height: 64 }))[2]).toBe('load: ▂▃▁');
  });

  test('a block that inverts, and one over nothing', () => {
    const pixels = pixelsOf(picture).slice();
    for (let y = 0; y < 16; y++) {
      for (let x = 56; x < 64; x++) {
        const at = y * 640 + x;
        pixels[at] = pixels[at] === 0xff000000 ? 0xffaaaaaa : 0xff000000;
      }
    }
    expect(read({ ...picture, rgba: new Uint8Array(pixels.buffer) })[0]).toBe('login: root');
    expect(read(painted(picture, 88, 0, 8, 16, 0xffaaaaaa))[0]).toBe('login: root');
  });
});

test('what is no glyph is said to be none, and counted', () => {
  const vga = font('vga-8x16');
  const lines = ['twenty cells and more of plain text', 'x'];
  const picture = painted(textPicture(vga, lines, { width: 640, height: 64 }), 0, 16, 5, 9, 0xff123456);
  const screen = new TextReader().read(picture);
  expect(screen.lines[1]).toBe('\ufffd');
  expect(screen.recognised).toBeCloseTo(1 - 1 / 30, 1);
});

test('the same reader follows a screen from font to font', () => {
  const reader = new TextReader();
  for (const name of ['vga-8x16', 'vga-8x16', 'misc-fixed-6x13', 'vga-8x16']) {
    const picture = textPicture(font(name), ['The quick brown fox jumps over', 'the lazy dog'], {
      width: 640,
      height: 400,
    });
    expect(reader.read(picture).text).toBe('The quick brown fox jumps over\nthe lazy dog');
  }
});

test('letters that go bit by bit are missed in the end: a layout is held to the share that it was found with', () => {
  const reader = new TextReader();
  const small = font('misc-fixed-6x10');
  const lines = [
    'The quick brown fox jumps over the lazy dog, and back',
    'again and again and again and again and again',
  ];
  const screen = textPicture(font('vga-8x16'), [...lines, ...lines], { width: 640, height: 400 });
  expect(reader.read(screen).grid.font).toBe('vga-8x16');
  // Another program draws over it from below, row by row, in a font of its own.
  const window = textPicture(
    small,
    Array.from({ length: 40 }, () => lines.join(' ')),
    { width: 640, height: 400 },
  );
  for (let top = 400; top >= 30; top -= 10) {
    const rgba = screen.rgba.slice();
    rgba.set(window.rgba.subarray(top * 640 * 4), top * 640 * 4);
    reader.read({ ...screen, rgba });
  }
  expect(reader.read(window).grid.font).toBe('misc-fixed-6x10');
  const rgba = screen.rgba.slice();
  rgba.set(window.rgba.subarray(30 * 640 * 4), 30 * 640 * 4);
  expect(reader.read({ ...screen, rgba }).grid.font).toBe('misc-fixed-6x10');
});

test.each([
  ['an empty screen', new Uint32Array(64 * 64).fill(0xff000000)],
  ['noise', Uint32Array.from({ length: 64 * 64 }, (_, i) => Math.imul(i + 1, 2654435761) | 0xff000000)],
])('%s has no text', (_name, pixels) => {
  const screen = new TextReader().read({ width: 64, height: 64, rgba: new Uint8Array(pixels.buffer), fresh: true });
  expect(screen.text.replaceAll(/[\ufffd\s]/g, '')).toBe('');
});

test('a screen smaller than a cell', () => {
  const screen = new TextReader().read({ width: 1, height: 1, rgba: Uint8Array.of(0, 0, 0, 255), fresh: true });
  expect([screen.text, screen.recognised, screen.find(/./)]).toEqual(['', 1, []]);
});
