import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatBdf } from '../../../src/automation/text/fonts/bdf.ts';
import { readFont } from '../../../src/automation/text/fonts/font-file.ts';
import { fonts } from '../../../src/fonts/index.ts';
import { scratchFolder } from '../../support/scratch.ts';

const scratch = scratchFolder('fonts');
const FIXTURES = join(import.meta.dirname, '../../../fixtures/text/fonts');
const inFixtures = (name: string) => join(FIXTURES, name);
const shipped = (name: string) => fonts.find((font) => font.name === name);

describe('fonts of Debian 12', () => {
  test.each([
    ['Lat15-Fixed16.psf.gz', 'console-fixed-8x16', 8, 16, 250],
    ['Lat15-TerminusBold20x10.psf.gz', 'ter-bold-10x20', 10, 20, 250],
    ['ascii.pf2', 'unifont-8x16', 8, 16, 94],
    ['6x10.bdf.gz', 'misc-fixed-6x10', 6, 10, 560],
  ])('%s has the glyphs of %s', async (file, name, width, height, least) => {
    const font = await readFont(inFixtures(file));
    expect(font).toMatchObject({ name: file.split('.')[0], width, height });
    expect(font.glyphs.length).toBeGreaterThanOrEqual(least - 30);
    const theirs = new Map(font.glyphs.map(({ character, rows }) => [character, rows]));
    for (let code = 0x21; code <= 0x7e; code++) expect(theirs.has(String.fromCharCode(code))).toBe(true);
    const ours = shipped(name)?.glyphs.filter(({ character }) => theirs.has(character)) ?? [];
    expect(ours.length).toBeGreaterThanOrEqual(94);
    for (const { character, rows } of ours) expect([...rows], character).toEqual([...(theirs.get(character) ?? [])]);
  });
});

test('a font without a table of characters has those of code page 437', async () => {
  const glyphs = Buffer.alloc(256 * 8);
  glyphs.fill(0x18, 0x80 * 8, 0x81 * 8);
  const file = join(scratch, 'x.psf');
  await writeFile(file, Buffer.concat([Buffer.from([0x36, 0x04, 0, 8]), glyphs]));
  const { glyphs: read } = await readFont(file);
  expect(read).toEqual([{ character: 'Ç', rows: new Uint32Array(8).fill(0x18) }]);
});

test.each(['vga-9x16', 'ter-16x32', 'misc-fixed-5x7'])('BDF keeps %s as it is', async (name) => {
  const font = shipped(name);
  if (!font) throw new Error(name);
  const file = join(scratch, `${name}.bdf`);
  await writeFile(file, formatBdf(font));
  const again = await readFont(file);
  expect(again).toMatchObject({ name, width: font.width, height: font.height });
  const byCode = (glyphs: typeof font.glyphs) =>
    glyphs
      .map(({ character, rows }) => [character, ...rows])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
  expect(byCode(again.glyphs)).toEqual(byCode(font.glyphs));
});

describe('what is no font', () => {
  const terminus = gunzipSync(readFileSync(inFixtures('Lat15-TerminusBold20x10.psf.gz')));
  const withNumber = (at: number, value: number) => {
    const copy = Buffer.from(terminus);
    copy.writeUInt32LE(value, at);
    return copy;
  };

  test.each([
    ['a text', Buffer.from('hello'), /is no font that is known: wanted BDF, PSF or PF2/],
    ['nothing', Buffer.alloc(0), /is no font that is known/],
    ['damaged gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0]), /gzip data is damaged/],
    ['PSF cut short', terminus.subarray(0, 2000), /256 glyphs of 10x20 do not fit into its 2000 bytes/],
    ['PSF with a header alone', Buffer.from([0x36, 0x04, 0, 16, 0]), /256 glyphs of 8x16 do not fit/],
    ['PSF with wide cells', withNumber(28, 33), /its cells are 33x20 pixels, wanted at most 32x64/],
    ['PSF with many glyphs', withNumber(16, 0xffffffff), /it has 4294967295 glyphs/],
    ['PF2 cut short', readFileSync(inFixtures('ascii.pf2')).subarray(0, 3000), /glyph \d+ of \d+ is not in the file/],
    ['PF2 with a header alone', readFileSync(inFixtures('ascii.pf2')).subarray(0, 12), /its cells are 0x0 pixels/],
    ['BDF without glyphs', Buffer.from('STARTFONT 2.1\nFONTBOUNDINGBOX 8 8 0 0\nENDFONT\n'), /no glyph with a number/],
  ])('%s', async (_name, bytes, message) => {
    const file = join(scratch, 'x.font');
    await writeFile(file, bytes);
    await expect(readFont(file)).rejects.toMatchObject({ code: 'BAD_FONT', message: expect.stringMatching(message) });
  });

  test('a file that is not there', async () => {
    await expect(readFont('/nowhere/x.psf')).rejects.toMatchObject({
      code: 'BAD_FONT',
      message: '/nowhere/x.psf: it cannot be read (ENOENT)',
    });
  });
});
