import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPng } from '../../../src/automation/image-file.ts';
import { pixelsOf } from '../../../src/automation/picture.ts';
import { learnFont, withGlyphsOf } from '../../../src/automation/text/learn-font.ts';
import { TextReader } from '../../../src/automation/text/text-reader.ts';
import { fonts } from '../../../src/fonts/index.ts';
import { textPicture } from '../../support/text-picture.ts';

function shipped(name: string) {
  const found = fonts.find((font) => font.name === name);
  if (!found) throw new Error(`no font ${name}`);
  return found;
}

const LINES = [
  'Welcome to the guest, whose font nobody knows.',
  '',
  'login: root',
  '# echo "The quick brown fox jumps over the lazy dog 0123456789 times"',
  'The quick brown fox jumps over the lazy dog 0123456789 times',
  '# ',
];

describe.each([
  ['vga-9x16', 720, 400, 0, 0],
  ['ter-12x24', 1024, 768, 0, 0],
  ['misc-fixed-6x13', 640, 480, 0, 0],
  ['ter-bold-16x32', 1280, 720, 0, 0],
  ['unifont-8x16', 640, 480, 2, 10],
])('%s on a screen of %ix%i, from %i,%i on', (name, width, height, left, top) => {
  const font = shipped(name);

  test.each([0, 3])('is learnt from lines that begin in row %i, and read by', (row) => {
    const shown = [...Array.from({ length: row }, () => ''), ...LINES];
    const picture = textPicture(font, shown, { width, height, left, top });
    const learnt = learnFont(picture, LINES.join('\n'), 'mine');
    expect(learnt).toMatchObject({ name: 'mine', width: font.width, height: font.height });
    const other = textPicture(font, ['fox# dog? "Welcome" 42'], { width, height, left, top });
    // The question mark was not there to be learnt.
    expect(new TextReader([learnt]).read(other).text.trim()).toBe('fox# dog\ufffd "Welcome" 42');
  });
});

test('a cursor is no character, and does not spoil one', () => {
  const font = shipped('vga-8x16');
  const picture = textPicture(font, LINES, { width: 640, height: 400 });
  const pixels = pixelsOf(picture).slice();
  for (const y of [93, 94]) pixels.fill(0xffaaaaaa, y * 640 + 16, y * 640 + 24);
  const learnt = learnFont({ ...picture, rgba: new Uint8Array(pixels.buffer) }, LINES.join('\n'), 'mine');
  expect(new TextReader([learnt]).read(picture).lines.slice(0, 5)).toEqual(LINES.slice(0, 5));
});

test('the screen of a real console, by what its video memory holds', () => {
  const folder = join(import.meta.dirname, '../../../fixtures/matching');
  const picture = readPng(readFileSync(join(folder, 'q-menu.png')), 'q-menu.png');
  const known = new TextReader().read(picture);
  const learnt = learnFont(picture, known.text, 'mine');
  const again = new TextReader([learnt]).read(picture);
  expect(again.lines).toEqual(known.lines);
  expect(again.grid).toMatchObject({ font: 'mine', cellWidth: 9, cellHeight: 16 });
});

test('what was learnt before is kept, where the cells are as large', () => {
  const font = shipped('vga-8x16');
  const learn = (...lines: string[]) =>
    learnFont(textPicture(font, lines, { width: 640, height: 400 }), lines.join('\n'), 'mine');
  const first = learn('abcdefgabcdefg', 'gfedcbagfedcba');
  const second = learn('abcxyzabcxyz', 'zyxcbazyxcba');
  const both = withGlyphsOf(second, first);
  expect(both.glyphs.map(({ character }) => character).sort()).toEqual([...'abcdefgxyz']);
  expect(() => withGlyphsOf(first, shipped('vga-8x8'))).toThrow(/8x16 pixels, those of vga-8x8 8x8/);
});

describe('in vain', () => {
  const picture = textPicture(shipped('vga-8x16'), LINES, { width: 640, height: 400 });

  test.each([
    ['another text', LINES.join('\n').replaceAll('fox', 'f ox'), /does not show these 6 lines in cells of one size/],
    ['a wrong letter', LINES.join('\n').replace('guest', 'tuesg').replace('root', 'toor'), /does not show/],
    ['one line', LINES[3] ?? '', /characters are too few to learn a font by, wanted at least 20 characters in 2 lines/],
    ['nothing', '', /0 characters are too few/],
  ])('%s', (_name, text, message) => {
    expect(() => learnFont(picture, text, 'mine')).toThrow(
      expect.objectContaining({ code: 'ACTION_FAILED', message: expect.stringMatching(message) }),
    );
  });
});
