import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { pixelsOf } from '../../src/automation/picture.ts';
import { vga8x16 } from '../../src/fonts/vga-8x16.ts';
import { serve } from '../../src/server/listen.ts';
import { pictureScene } from '../support/picture-scene.ts';
import { textPicture } from '../support/text-picture.ts';
import { rfbctl, scratch, succeed } from './support/rfbctl.ts';

describe.concurrent('text', () => {
  test('prints what stands on the screen', async () => {
    const printed = await succeed(['text', 'demo:']);
    expect(printed).toMatch(/^Demo Firmware 1\.0[\s\S]*\ndemo login:\n$/);
    const { text, lines, recognised, unknown, ...grid } = JSON.parse(await succeed(['text', 'demo:', '--json']));
    expect(`${text}\n`).toBe(printed);
    expect(lines).toHaveLength(25);
    expect([recognised, unknown]).toEqual([1, []]);
    expect(grid).toEqual({ font: 'vga-9x16', left: 0, top: 0, cellWidth: 9, cellHeight: 16, columns: 80, rows: 25 });
  });

  test('reads a region alone', async () => {
    expect(await succeed(['text', 'demo:', '--region', '0,0,180x16'])).toMatch(/^Demo Firmware 1\.0/);
  });

  test('says so when there is none', async () => {
    const { exitCode, stderr } = await rfbctl(['text', 'demo:colours']);
    expect(exitCode).toBe(30);
    expect(stderr).toMatch(/demo:colours: the screen shows no text in cells: \d+ % .*--region .*--ocr/);
  });

  test('learns a font from a screen whose text is known, and from another; it is read by in waits too', {
    timeout: 120_000,
  }, async () => {
    const font = path.join(scratch, 'mine.bdf');
    const lines = (await succeed(['text', 'demo:'])).split('\n');
    const known = path.join(scratch, 'known.txt');
    await writeFile(known, lines.slice(0, 4).join('\n'));
    const said = await succeed(['text', 'demo:', '--learn', font, '--shows', known]);
    expect(said).toMatch(/mine\.bdf: \d+ characters in cells of 9x16 pixels, \d+ of them new/);
    const { exitCode, stdout, stderr } = await rfbctl(['text', 'demo:', '--learn', font, '--json'], {
      input: lines.join('\n'),
    });
    expect([exitCode, stderr]).toEqual([0, '']);
    const { glyphs, learnt } = JSON.parse(stdout);
    expect(glyphs).toBeGreaterThan(learnt);
    expect(learnt).toBeGreaterThan(0);
    expect(await readFile(font, 'latin1')).toMatch(/^STARTFONT 2\.1\nFONT mine\n/);

    const read = JSON.parse(await succeed(['text', 'demo:', '--json', '--font', font]));
    expect(read).toMatchObject({ font: 'mine', recognised: 1, text: lines.join('\n').trimEnd() });
    expect(await succeed(['wait', 'demo:', '--font', font, '--text', 'demo login:'])).toMatch(
      /^"demo login:" in row 15/,
    );
  });

  test('tells which cells it does not know', async () => {
    const lines = ['Twenty letters and more, so that the font is sure;', 'of the last one a part is missing'];
    const { rgba, ...size } = textPicture(vga8x16, lines, { width: 640, height: 64 });
    const pixels = pixelsOf({ ...size, rgba }).slice();
    pixels.fill(0xff000000, 22 * 640 + 256, 22 * 640 + 264);
    await using server = await serve({ scene: pictureScene(640, 64, [...pixels]) });
    const { exitCode, stdout, stderr } = await rfbctl(['text', server.address]);
    expect([exitCode, stdout]).toEqual([0, `${lines[0]}\nof the last one a part is missin\ufffd\n`]);
    expect(stderr).toMatch(
      /^rfbctl: warning: 98\.\d % of the letters are known, 1 cell shows none of vga-8x16: row 2, column 33; --font .*--learn .*\n$/,
    );
    expect((await rfbctl(['text', server.address, '--quiet'])).stderr).toBe('');
    const { unknown } = JSON.parse(await succeed(['text', server.address, '--json']));
    expect(unknown).toEqual([{ row: 1, column: 32 }]);
  });

  test.each([
    [['--font', '/nowhere.psf'], 2, /\/nowhere\.psf: it cannot be read \(ENOENT\)/],
    [['--font', process.execPath], 2, /node: it is no font that is known: wanted BDF, PSF or PF2/],
    [['--font', 'x.psf', '--ocr'], 2, /--font and --ocr exclude each other/],
    [['--ocr-language', 'deu'], 2, /--ocr-language is for --ocr/],
    [['--shows', 'x'], 2, /--shows is for --learn/],
    [['--learn', '/nowhere/x.bdf', '--shows', '/dev/null'], 30, /--learn/],
    [['--ocr', '--ocr-language', '../x'], 2, /is no language of OCR: wanted a code such as eng or deu/],
    [
      ['--ocr', '--ocr-language', 'xyz'],
      2,
      /^rfbctl: OCR needs the package @tesseract\.js-data\/xyz, which is not installed: npm install tesseract\.js @tesseract\.js-data\/xyz$/m,
    ],
  ])('%j is a mistake', async (args, code, message) => {
    const { exitCode, stderr } = await rfbctl(['text', 'demo:', ...args]);
    expect([exitCode, stderr]).toEqual([code, expect.stringMatching(message)]);
  });

  test('what is not the text of the screen cannot be learnt', async () => {
    const input = 'These are two lines that\nnobody has ever put there\n';
    const { exitCode, stderr } = await rfbctl(['text', 'demo:', '--learn', path.join(scratch, 'none.bdf')], { input });
    expect([exitCode, stderr]).toEqual([30, expect.stringMatching(/720x400 screen does not show these 2 lines/)]);
  });
});

describe.concurrent('wait', () => {
  test.each([
    ['a text', ['--text', 'demo login:'], /^"demo login:" in row 15, column 1$/],
    ['an expression', ['--text', '/LOGIN:$/im'], /^"login:" in row 15, column 6$/],
    ['stillness', ['--stable', '200ms'], /^still for/],
    ['something', ['--non-blank'], /^it is not blank$/],
    ['all at once', ['--text', 'login', '--stable', '100ms'], /^text "login": .*; stable for 100 ms: still for/],
    ['the absence of a text', ['--not', '--text', 'panic'], /^the text ends with/],
  ])('for %s', async (_name, args, seen) => {
    expect((await succeed(['wait', 'demo:', ...args])).trimEnd()).toMatch(seen);
  });

  test('--any says which, by its exit code', async () => {
    const args = ['wait', 'demo:', '--any', '--text', 'panic', '--not', '--change', '--text', 'login'];
    const { exitCode, stdout } = await rfbctl([...args, '--json']);
    expect(exitCode).toBe(51);
    expect(JSON.parse(stdout)).toMatchObject({ alternative: 1 });
  });

  test('in vain: the time is up, and the message says what was there', async () => {
    const { exitCode, stderr } = await rfbctl(['wait', 'demo:', '--text', 'logout', '--timeout', '4s'], {
      withinMs: 4000,
    });
    expect(exitCode).toBe(40);
    expect(stderr).toMatch(
      /^rfbctl: demo:login: waited [\d.]+ m?s in vain for text "logout": the text ends with .*login:/,
    );
  });

  test.each([
    [[], /nothing to wait for/],
    [['--not'], /--not stands before a condition/],
    [['--text', ''], /--text: the text is empty/],
    [['--text', '/(/'], /--text: no regular expression: .*Unterminated group/],
    [['--any', '--all', '--change'], /exclude each other/],
    [['--stable', 'soon'], /--stable: "soon" is no duration/],
    [['--any', ...Array.from({ length: 11 }, () => ['--text', 'x']).flat()], /11 conditions/],
  ])('%j is a mistake', async (args, message) => {
    const { exitCode, stderr } = await rfbctl(['wait', 'demo:', ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
