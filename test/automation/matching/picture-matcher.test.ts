import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PictureMatcher, type PictureMatchOptions } from '../../../src/automation/matching/picture-matcher.ts';
import { ScreenPixels } from '../../../src/automation/matching/screen-pixels.ts';
import { crop, type Picture, pixelsOf } from '../../../src/automation/picture.ts';
import { pixelFormats } from '../../../src/rfb/protocol/pixel-format.ts';
import type { Rect } from '../../../src/rfb/protocol/rect.ts';
import { changedPicture, noise, pictureOf, transparent } from '../../support/pictures.ts';

function part(picture: Picture, rect: Rect): Picture {
  const cut = crop(picture, rect);
  if (!cut) throw new Error('off the picture');
  return cut;
}

function look(screen: Picture, image: Picture, options?: PictureMatchOptions) {
  return new PictureMatcher(image, options).match(new ScreenPixels(screen));
}

/** A rectangle inside of a screen of that size. */
const rectIn = (width: number, height: number, least = 1) =>
  fc
    .record({
      x: fc.integer({ min: 0, max: width - least }),
      y: fc.integer({ min: 0, max: height - least }),
      right: fc.integer({ min: 0, max: width }),
      bottom: fc.integer({ min: 0, max: height }),
    })
    .map(({ x, y, right, bottom }) => ({
      x,
      y,
      width: Math.max(least, right - x),
      height: Math.max(least, bottom - y),
    }));

/** Screens of two colours, on which small images are in many places. */
const twoColours = (width: number, height: number) =>
  fc
    .array(fc.constantFrom(0x101010, 0xe0e0e0), { minLength: width * height, maxLength: width * height })
    .map((colours) => pictureOf(width, height, colours));

describe('an image that is cut from a screen', () => {
  const screen = noise(80, 60);
  const rect = rectIn(80, 60);
  const size = { width: 80, height: 60 };

  test('is found where it is', () => {
    fc.assert(
      fc.property(rect, (place) => {
        const { width, height } = place;
        const click = { x: place.x + (width >> 1), y: place.y + (height >> 1) };
        const found = { found: true, place, click, score: 1, differing: 0, counted: width * height };
        expect(look(screen, part(screen, place))).toEqual(found);
      }),
    );
  });

  test('is found after it has moved, within a region and its margin, and not beyond', () => {
    fc.assert(
      fc.property(rectIn(50, 40), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 }), (place, dx, dy) => {
        const image = part(screen, place);
        const moved = changedPicture(noise(80, 60, 2), (x, y) => {
          const [u, v] = [x - place.x - dx, y - place.y - dy];
          return u >= 0 && v >= 0 && u < place.width && v < place.height
            ? pixelsOf(image)[v * place.width + u]
            : undefined;
        });
        const needed = Math.max(dx, dy);
        const at = { ...place, x: place.x + dx, y: place.y + dy };
        expect(look(moved, image)).toMatchObject({ found: true, place: at });
        expect(look(moved, image, { region: place, margin: needed })).toMatchObject({ found: true, place: at });
        if (needed > 0) {
          expect(look(moved, image, { region: place, margin: needed - 1 })).toMatchObject({ found: false });
        }
      }),
    );
  });

  test('and recoloured in one pixel is refused, its place and the number said; fuzz forgives as much as it is', () => {
    fc.assert(
      fc.property(rectIn(80, 60, 6), fc.nat(), fc.integer({ min: 1, max: 255 }), (place, which, by) => {
        const image = part(screen, place);
        const index = which % (place.width * place.height);
        const recoloured = changedPicture(image, (x, y, colour) =>
          y * place.width + x === index ? colour ^ by : undefined,
        );
        const match = look(screen, recoloured);
        expect(match).toMatchObject({ found: false, place, differing: 1 });
        expect(match?.score).toBeLessThan(1);
        expect(look(screen, recoloured, { fuzz: 255 })).toMatchObject({ found: true });
        // Red and black are 138.6 apart.
        expect(look(screen, recoloured, { region: place, fuzz: 139 })).toMatchObject({ found: true });
      }),
    );
  });

  test('is found whatever is behind its mask: alpha, a mask, rectangles', () => {
    fc.assert(
      fc.property(rectIn(80, 60, 8), (place) => {
        const image = part(screen, place);
        const hole = { x: 2, y: 3, width: 4, height: 2 };
        const inHole = (x: number, y: number) =>
          x >= hole.x && y >= hole.y && x < hole.x + hole.width && y < hole.y + hole.height;
        const other = changedPicture(image, (x, y, colour) => (inHole(x, y) ? colour ^ 0xffffff : undefined));
        expect(look(screen, other)).toMatchObject({ found: false });
        const mask = pictureOf(place.width, place.height, (x, y) => (inHole(x, y) ? 0 : 0xffffff));
        const counted = place.width * place.height - 8;
        const found = { found: true, place, counted };
        expect(look(screen, transparent(other, inHole))).toMatchObject(found);
        expect(look(screen, other, { mask })).toMatchObject(found);
        expect(look(screen, other, { exclude: [hole] })).toMatchObject(found);
      }),
    );
  });

  test('is compared at its place when it is as large as the screen, or the region', () => {
    const shifted = pictureOf(80, 60, (x, y) => pixelsOf(screen)[y * 80 + Math.max(0, x - 1)] ?? 0);
    expect(look(screen, screen)).toMatchObject({ found: true, place: { x: 0, y: 0, ...size } });
    expect(look(shifted, screen)).toMatchObject({ found: false, place: { x: 0, y: 0, ...size } });
    // Of a picture of the whole screen in which little counts, the place of that little is known.
    const button = { x: 20, y: 30, width: 16, height: 8 };
    const only = transparent(
      screen,
      (x, y) => x < button.x || y < button.y || x >= button.x + button.width || y >= button.y + button.height,
    );
    expect(look(screen, only)).toMatchObject({ found: true, place: button });
    expect(look(shifted, only)).toMatchObject({ found: false });
    expect(look(shifted, only, { margin: 1 })).toMatchObject({ found: true, place: { ...button, x: 21 } });
    expect(look(shifted, only, { anywhere: true })).toMatchObject({ found: true, place: { ...button, x: 21 } });
  });

  test('is found blurred, without the pixels near its edges and masks', () => {
    const place = { x: 10, y: 10, width: 30, height: 20 };
    const image = part(screen, place);
    expect(look(screen, image, { blur: 3, fuzz: 0 })).toMatchObject({ found: true, place, counted: 24 * 14 });
    expect(look(screen, image, { blur: 1, exclude: [{ x: 10, y: 10, width: 1, height: 1 }] })).toMatchObject({
      found: true,
      counted: 28 * 18 - 9,
    });
  });
});

describe('the search', () => {
  test('finds an image exactly where every pixel is the same: the first place, row by row', () => {
    fc.assert(
      fc.property(twoColours(14, 11), twoColours(3, 2), (screen, image) => {
        const expected = places(screen, image)[0];
        const match = look(screen, image);
        expect(match?.found).toBe(expected !== undefined);
        if (expected) expect(match?.place).toMatchObject(expected);
      }),
    );
  });

  test('takes the nearest to the place where it belongs', () => {
    fc.assert(
      fc.property(
        twoColours(14, 11),
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: 0, max: 9 }),
        (screen, x, y) => {
          const image = pictureOf(3, 2, [0x101010, 0xe0e0e0, 0x101010, 0xe0e0e0, 0x101010, 0x101010]);
          const whole = transparent(
            pictureOf(14, 11, (u, v) => pixelsOf(image)[(v - y) * 3 + (u - x)] ?? 0),
            (u, v) => u < x || v < y || u >= x + 3 || v >= y + 2,
          );
          const distance = (place: { x: number; y: number }) => Math.max(Math.abs(place.x - x), Math.abs(place.y - y));
          const nearest = Math.min(...places(screen, image).map(distance));
          const match = look(screen, whole, { anywhere: true });
          expect(match?.found).toBe(nearest < Number.POSITIVE_INFINITY);
          if (match?.found) expect(distance(match.place)).toBe(nearest);
          expect(look(screen, whole, { margin: 2 })?.found).toBe(nearest <= 2);
        },
      ),
    );
  });

  test('of what is not there, names the place that is most alike', () => {
    const screen = changedPicture(
      pictureOf(60, 40, () => 0),
      (x, y) => (y > 10 && y < 20 && x % 7 === 3 ? 0xffffff : undefined),
    );
    const image = changedPicture(part(screen, { x: 20, y: 8, width: 14, height: 14 }), (x, y) =>
      x === 2 && y === 2 ? 0x4060ff : undefined,
    );
    const match = look(screen, image);
    expect(match).toMatchObject({ found: false, differing: 1, place: { y: 8, width: 14, height: 14 } });
    // A blank part has all of the ground and none of what stands on it.
    expect(match?.score).toBeGreaterThan(0.9);
    expect(
      look(
        pictureOf(60, 40, () => 0),
        image,
      )?.score,
    ).toBeCloseTo(0.5);
  });

  test('takes well under a second of the processor for a screen of 1024x768, also when nothing is like the image', () => {
    const screen = noise(1024, 768);
    for (const image of [part(screen, { x: 811, y: 702, width: 200, height: 50 }), noise(200, 50, 3)]) {
      const before = process.cpuUsage();
      look(screen, image);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1e6).toBeLessThan(1);
    }
  });

  test('there is no place on a screen that is too small', () => {
    expect(look(noise(10, 10), noise(11, 10))).toBeUndefined();
    expect(look(noise(10, 10), noise(5, 5), { region: { x: 0, y: 0, width: 4, height: 8 } })).toBeUndefined();
  });

  test('the session’s pixel format says what to forgive', () => {
    const screen = noise(30, 20);
    const seen = changedPicture(screen, (_x, _y, colour) => colour & 0xf8fcf8);
    const matcher = new PictureMatcher(part(screen, { x: 3, y: 3, width: 8, height: 8 }));
    expect(matcher.match(new ScreenPixels(seen))).toMatchObject({ found: false });
    expect(matcher.match(new ScreenPixels(seen), pixelFormats.rgb565)).toMatchObject({ found: true });
  });
});

test('the difference shows what was compared, what is different and what does not count', () => {
  const screen = pictureOf(8, 4, () => 0x808080);
  const image = pictureOf(3, 2, [0x808080, 0x808080, 0x0000ff, 0x808080, 0x808080, 0x808080]);
  const matcher = new PictureMatcher(image, {
    exclude: [{ x: 0, y: 1, width: 1, height: 1 }],
    region: { x: 4, y: 1, width: 3, height: 2 },
  });
  const match = matcher.match(new ScreenPixels(screen));
  if (!match) throw new Error('no match');
  const difference = matcher.difference(new ScreenPixels(screen), match);
  const at = (x: number, y: number) => [...difference.rgba.subarray((y * 8 + x) * 4, (y * 8 + x) * 4 + 4)];
  expect(difference).toMatchObject({ width: 8, height: 4 });
  expect(at(0, 0)).toEqual([207, 207, 207, 255]);
  const [grey = 0] = at(4, 1);
  expect(grey).toBeLessThan(140);
  const [red = 0, green = 0] = at(6, 1);
  expect(red - green).toBeGreaterThan(100);
  const [dark = 0, , blue = 0] = at(4, 2);
  expect(blue - dark).toBeGreaterThan(100);
});

test.each([
  ['all transparent', transparent(noise(4, 4), () => true), {}, /4x4 picture: all of it is masked/],
  ['a mask of another size', noise(4, 4), { mask: noise(4, 5), name: 'a.png' }, /mask has 4x5 pixels, a.png has 4x4/],
  [
    'an exclusion outside',
    noise(4, 4),
    { exclude: [{ x: 2, y: 0, width: 3, height: 1 }] },
    /3x1 at 2,0, is not inside/,
  ],
  ['a blur that leaves nothing', noise(4, 4), { blur: 2 }, /a blur of 2 reaches/],
  ['half a blur', noise(4, 4), { blur: 0.5 }, /blur is 0.5/],
  ['a margin and anywhere', noise(4, 4), { margin: 1, anywhere: true }, /no use for a margin/],
  ['a margin around nothing', noise(4, 4), { margin: 1 }, /a margin needs a place/],
  ['half a margin', noise(4, 4), { margin: 0.5 }, /margin is 0.5/],
])('%s is a mistake', (_name, image, options, message) => {
  expect(() => look(noise(20, 20), image, options)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
  );
});

/** Every place at which all pixels are the same. */
function places(screen: Picture, image: Picture): { x: number; y: number }[] {
  const [shown, wanted] = [pixelsOf(screen), pixelsOf(image)];
  const found = [];
  for (let y = 0; y <= screen.height - image.height; y++) {
    for (let x = 0; x <= screen.width - image.width; x++) {
      const same = wanted.every((pixel, i) => {
        const at = (y + Math.floor(i / image.width)) * screen.width + x + (i % image.width);
        return shown[at] === pixel;
      });
      if (same) found.push({ x, y });
    }
  }
  return found;
}
