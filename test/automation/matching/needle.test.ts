import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeImage } from '../../../src/automation/image-file.ts';
import { readImage, readNeedles } from '../../../src/automation/matching/image-files.ts';
import type { MatchOptions } from '../../../src/automation/matching/matcher.ts';
import { type Needle, parseNeedle, withPicture } from '../../../src/automation/matching/needle.ts';
import { NeedleMatcher } from '../../../src/automation/matching/needle-matcher.ts';
import { largestError, needleSimilarity } from '../../../src/automation/matching/needle-similarity.ts';
import { ScreenPixels } from '../../../src/automation/matching/screen-pixels.ts';
import type { Picture } from '../../../src/automation/picture.ts';
import { changedPicture, noise, pictureOf } from '../../support/pictures.ts';

const screen = noise(120, 90);
const area = (x: number, y: number, width: number, height: number, more: object = {}) => ({
  ...{ xpos: x, ypos: y, width, height, type: 'match' },
  ...more,
});
const needleOf = (document: object, picture = screen): Needle =>
  withPicture(parseNeedle(JSON.stringify(document), 'boot'), picture);
const look = (shown: Picture, document: object, options?: MatchOptions) =>
  new NeedleMatcher(needleOf(document), options).match(new ScreenPixels(shown));

/** Everything moved, with other noise behind it. */
const moved = (dx: number, dy: number) => {
  const pixels = new Uint32Array(screen.rgba.slice().buffer);
  return changedPicture(noise(120, 90, 7), (x, y) => {
    const [u, v] = [x - dx, y - dy];
    return u >= 0 && v >= 0 && u < 120 && v < 90 ? (pixels[v * 120 + u] ?? 0) & 0xffffff : undefined;
  });
};

describe('similarity', () => {
  test.each([
    [0, 1],
    [2, 1],
    [17.2, 0.96],
    [40, 0.9],
    [382, 0],
    [1000, 0],
  ])('a mean squared error of %d is %d', (error, similarity) => {
    expect(needleSimilarity(error)).toBeCloseTo(similarity, 9);
  });

  test('the largest error that is allowed is its reverse', () => {
    for (const wanted of [0.01, 0.5, 0.9, 0.96, 1]) {
      expect(needleSimilarity(largestError(wanted))).toBeCloseTo(wanted, 9);
      expect(needleSimilarity(largestError(wanted) + 1)).toBeLessThan(wanted);
    }
    expect(largestError(0)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a needle', () => {
  test('is found at its place, and off it up to the margin of its areas', () => {
    const needle = { area: [area(40, 30, 20, 10, { margin: 5 })], tags: [] };
    expect(look(screen, needle)).toMatchObject({
      found: true,
      score: 1,
      place: { x: 40, y: 30, width: 20, height: 10 },
    });
    expect(look(moved(5, -5), needle)).toMatchObject({ found: true, place: { x: 45, y: 25 } });
    expect(look(moved(6, 0), needle)).toMatchObject({ found: false });
    expect(look(moved(6, 0), needle, { margin: 6 })).toMatchObject({ found: true });
    expect(look(moved(30, 20), needle, { anywhere: true })).toMatchObject({ found: true, place: { x: 70, y: 50 } });
    expect(look(screen, needle, { region: { x: 50, y: 0, width: 70, height: 90 } })).toBeUndefined();
  });

  test('wants all of its areas', () => {
    const other = changedPicture(screen, (x, y, colour) => (x >= 80 && y >= 60 ? colour ^ 0xffffff : undefined));
    expect(look(other, { area: [area(10, 10, 20, 10)] })).toMatchObject({ found: true });
    expect(look(other, { area: [area(10, 10, 20, 10), area(80, 60, 20, 10, { margin: 0 })] })).toMatchObject({
      found: false,
    });
  });

  test('is as similar as the root mean square of what its areas lack', () => {
    const lighter = changedPicture(
      pictureOf(60, 40, () => 0x404040),
      (x, _y, colour) => (x < 20 ? colour + 0x060606 : undefined),
    );
    const areas = [area(0, 0, 10, 40, { margin: 0 }), area(40, 0, 10, 40, { margin: 0 })];
    const needle = needleOf(
      { area: areas },
      pictureOf(60, 40, () => 0x404040),
    );
    const lacking = 1 - needleSimilarity(36);
    const match = new NeedleMatcher(needle).match(new ScreenPixels(lighter));
    expect(match?.found).toBe(false);
    expect(match?.score).toBeCloseTo(1 - lacking / Math.SQRT2);
  });

  test('forgives as much as its match says', () => {
    const ground = pictureOf(60, 40, (x) => (x < 30 ? 0x404040 : 0xa0a0a0));
    const lighter = (by: number) => changedPicture(ground, (_x, _y, colour) => colour + by * 0x010101);
    const found = (by: number, match: number) =>
      new NeedleMatcher(needleOf({ area: [area(0, 0, 60, 40, { match })] }, ground)).match(
        new ScreenPixels(lighter(by)),
      )?.found;
    // The squares of 4 and 5 are 16 and 25; 17.2 is 96 %.
    expect([found(4, 96), found(5, 96), found(5, 93), found(1, 100), found(2, 100)]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(found(100, 0)).toBe(true);
  });

  test('leaves out what it excludes, and what the smoothing carries around it', () => {
    const clock = area(45, 32, 8, 4, { type: 'exclude' });
    const ticked = changedPicture(screen, (x, y, colour) =>
      x >= 45 && y >= 32 && x < 53 && y < 36 ? colour ^ 0xffffff : undefined,
    );
    expect(look(ticked, { area: [area(40, 30, 20, 10)] })).toMatchObject({ found: false });
    expect(look(ticked, { area: [area(40, 30, 20, 10), clock] })).toMatchObject({
      found: true,
      score: 1,
      counted: 200 - 10 * 6,
    });
    const all = needleOf({ area: [area(40, 30, 20, 10), area(39, 29, 30, 30, { type: 'exclude' })] });
    expect(() => new NeedleMatcher(all)).toThrow('needle boot: all of match area 1 is excluded');
  });

  test.each([
    ['the middle of its last area', [area(0, 0, 9, 9), area(40, 30, 20, 10)], { x: 50, y: 35 }],
    [
      'where its last click point is',
      [area(10, 10, 9, 9, { click_point: { xpos: 2, ypos: 7 } }), area(40, 30, 20, 10)],
      { x: 12, y: 17 },
    ],
    [
      'the middle when that is said',
      [area(10, 10, 20, 10, { click_point: 'center' }), area(40, 30, 9, 9)],
      { x: 20, y: 15 },
    ],
  ])('is clicked at %s', (_what, areas, click) => {
    expect(look(screen, { area: areas })).toMatchObject({ found: true, click });
  });

  test('its difference shows where', () => {
    const other = changedPicture(screen, (x, y, colour) =>
      x >= 45 && y >= 32 && x < 53 ? colour ^ 0xffffff : undefined,
    );
    const needle = new NeedleMatcher(needleOf({ area: [area(40, 30, 20, 10, { margin: 0 })] }));
    const { rgba } = needle.difference(new ScreenPixels(other));
    const red = Array.from({ length: 120 * 90 }, (_, i) => i).filter(
      (i) => (rgba[i * 4] ?? 0) - (rgba[i * 4 + 1] ?? 0) > 100,
    );
    expect(red.length).toBeGreaterThan(30);
    const outside = (i: number) => i % 120 < 44 || i % 120 > 53 || i < 31 * 120 || i >= 40 * 120;
    expect(red.filter(outside)).toEqual([]);
  });
});

test.each([
  ['{', /no JSON/],
  ['[]', /wanted an object/],
  ['{}', /has no area/],
  ['{"area":[]}', /no area of type "match"/],
  ['{"area":[{"xpos":0,"ypos":0,"width":5,"height":5,"type":"exclude"}]}', /no area of type "match"/],
  ['{"area":[{"xpos":0,"ypos":0,"width":5,"height":5,"type":"ocr"}]}', /area 1: its type is "ocr".*--text/],
  ['{"area":[{"xpos":0,"ypos":0,"width":0,"height":5,"type":"match"}]}', /area 1: width is 0/],
  ['{"area":[{"xpos":"a","ypos":0,"width":5,"height":5,"type":"match"}]}', /area 1: xpos is "a"/],
  ['{"area":[{"xpos":0,"ypos":0,"width":5,"height":5,"type":"match","match":101}]}', /match is 101/],
  ['{"area":[{"xpos":0,"ypos":0,"width":5,"height":5,"type":"match","margin":-1}]}', /margin is -1/],
  ['{"area":[{"xpos":0,"ypos":0,"width":5,"height":5,"type":"match","click_point":"left"}]}', /click_point is "left"/],
  ['{"area":[3]}', /area 1: it is no object/],
  ['{"area":[],"tags":"boot"}', /tags is no list/],
])('%s is no needle', (json, message) => {
  expect(() => parseNeedle(json, 'boot')).toThrow(
    expect.objectContaining({ code: 'BAD_IMAGE', message: expect.stringMatching(message) }),
  );
});

test('an area outside of its picture is a mistake', () => {
  expect(() => needleOf({ area: [area(110, 0, 11, 5)] })).toThrow(
    /area 11x5 at 110,0 is not inside its 120x90 picture/,
  );
});

describe('files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rfbctl-needles-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeAll(async () => {
    const save = async (name: string, tags: readonly string[], properties: readonly unknown[] = []) => {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ area: [area(0, 0, 5, 5)], tags, properties }));
      writeFileSync(join(folder, `${name}.png`), await encodeImage(screen, 'png'));
    };
    mkdirSync(join(folder, 'more'));
    await save('login-1', ['login', 'gnome']);
    await save('more/login-2', ['login', 'kde'], [{ name: 'workaround', value: 'bug 1' }]);
    await save('boot', ['bootloader']);
    writeFileSync(join(folder, 'lonely.json'), JSON.stringify({ area: [area(0, 0, 5, 5)], tags: ['lonely'] }));
  });

  test('by tag, in folders too; of several tags all', async () => {
    const names = async (tag: string) => (await readNeedles(folder, tag)).map(({ name }) => name);
    expect(await names('login')).toEqual(['login-1', 'login-2']);
    expect(await names('login kde')).toEqual(['login-2']);
    expect((await readNeedles(folder, 'kde'))[0]?.properties).toEqual(['workaround']);
  });

  test('a needle or a picture by its extension', async () => {
    expect(await readImage(join(folder, 'boot.json'))).toMatchObject({ name: 'boot', tags: ['bootloader'] });
    expect(await readImage(join(folder, 'boot.png'))).toMatchObject({ width: 120, height: 90 });
  });

  test.each([
    [
      'an unknown tag',
      () => readNeedles(folder, 'logn'),
      /has the tag "logn"; did you mean login\? there are bootloader, gnome, kde, login, lonely$/,
    ],
    ['no tag', () => readNeedles(folder, ' '), /there are bootloader/],
    ['no folder', () => readNeedles(join(folder, 'none'), 'x'), /cannot read .*none: there is no such file/],
    ['a file as folder', () => readNeedles(join(folder, 'boot.png'), 'x'), /cannot read .*boot.png: it is no folder/],
    [
      'a needle without its picture',
      () => readNeedles(folder, 'lonely'),
      /cannot read .*lonely.png: there is no such file/,
    ],
    ['no file', () => readImage(join(folder, 'none.png')), /cannot read .*none.png/],
    ['a folder', () => readImage(folder), /it is a folder/],
  ])('%s is a mistake', async (_name, read, message) => {
    await expect(read()).rejects.toMatchObject({ code: 'BAD_IMAGE', message: expect.stringMatching(message) });
  });
});
