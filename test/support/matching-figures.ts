import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPng } from '../../src/automation/image-file.ts';
import { boxBlurred } from '../../src/automation/matching/blur.ts';
import { colourDistance } from '../../src/automation/matching/colour-tolerance.ts';
import { NeedleMatcher } from '../../src/automation/matching/needle-matcher.ts';
import { PictureMatcher, type PictureMatchOptions } from '../../src/automation/matching/picture-matcher.ts';
import { ScreenPixels } from '../../src/automation/matching/screen-pixels.ts';
import { crop, type Picture, pixelsOf } from '../../src/automation/picture.ts';
import { decodeJpeg, jpegSize } from '../../src/rfb/protocol/jpeg.ts';
import { type PixelFormatName, pixelFormats } from '../../src/rfb/protocol/pixel-format.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';

// The screens of fixtures/matching, what is looked for on them, and how three ways of looking fare.

const FIXTURES = join(import.meta.dirname, '../../fixtures/matching');

/** A screen of fixtures/matching. */
export async function recordedScreen(name: string): Promise<Picture> {
  const bytes = readFileSync(join(FIXTURES, name));
  if (name.endsWith('.png')) return readPng(bytes, name);
  const { width, height } = jpegSize(bytes);
  const pixels = await decodeJpeg(bytes, width, height);
  return { width, height, rgba: new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), fresh: true };
}

/** Parts of the first screen, by what they are. */
const REFERENCES = {
  'x: the menu': { screen: 'x-menu.png', rect: { x: 50, y: 68, width: 210, height: 72 } },
  'x: the clock': { screen: 'x-menu.png', rect: { x: 195, y: 150, width: 58, height: 18 } },
  'x: the whole screen': { screen: 'x-menu.png', rect: { x: 0, y: 0, width: 320, height: 240 } },
  'QEMU: the menu': { screen: 'q-menu.png', rect: { x: 18, y: 48, width: 324, height: 80 } },
  'QEMU: the clock': { screen: 'q-menu.png', rect: { x: 265, y: 142, width: 80, height: 20 } },
  'QEMU: the whole screen': { screen: 'q-menu.png', rect: { x: 0, y: 0, width: 720, height: 400 } },
} as const satisfies Record<string, { readonly screen: string; readonly rect: Rect }>;

type ReferenceName = keyof typeof REFERENCES;

export interface MatchingCase {
  readonly reference: ReferenceName;
  readonly screen: string;
  /** What the screen is, beside the one that the reference is from. */
  readonly what: string;
  readonly right: boolean;
  readonly format?: Exclude<PixelFormatName, 'native'>;
  /** As whoever looks for it would choose them. */
  readonly options?: PictureMatchOptions;
  /** How far to the right everything has moved. */
  readonly moved?: number;
}

const X_CLOCK: Rect = REFERENCES['x: the clock'].rect;
const Q_CLOCK: Rect = REFERENCES['QEMU: the clock'].rect;
const BLURRED = { blur: 2 };

export const MATCHING_CASES: readonly MatchingCase[] = [
  { reference: 'x: the menu', screen: 'x-menu.png', what: 'the same', right: true },
  { reference: 'x: the menu', screen: 'x-clock.png', what: 'the clock beside it changed', right: true },
  { reference: 'x: the menu', screen: 'x-shift.png', what: '1 pixel to the right', right: true, moved: 1 },
  { reference: 'x: the menu', screen: 'x-menu-rgb565.png', what: '16-bit colour', right: true, format: 'rgb565' },
  { reference: 'x: the menu', screen: 'x-menu-bgr233.png', what: '8-bit colour', right: true, format: 'bgr233' },
  { reference: 'x: the menu', screen: 'x-menu-q5.jpg', what: 'JPEG of quality 5', right: true, options: BLURRED },
  { reference: 'x: the menu', screen: 'x-entry.png', what: 'another entry highlighted', right: false },
  {
    ...{ reference: 'x: the menu', screen: 'x-entry-rgb565.png', what: 'another entry, 16-bit colour' },
    ...{ right: false, format: 'rgb565' },
  },
  {
    ...{ reference: 'x: the menu', screen: 'x-entry-bgr233.png', what: 'another entry, 8-bit colour' },
    ...{ right: false, format: 'bgr233' },
  },
  {
    ...{ reference: 'x: the menu', screen: 'x-entry-q5.jpg', what: 'another entry, JPEG of quality 5' },
    ...{ right: false, options: BLURRED },
  },
  { reference: 'x: the clock', screen: 'x-clock.png', what: '19 seconds later', right: false },
  {
    reference: 'x: the clock',
    screen: 'x-clock.png',
    what: '19 seconds later, blurred',
    right: false,
    options: BLURRED,
  },
  { reference: 'x: the clock', screen: 'x-menu-q5.jpg', what: 'JPEG of quality 5', right: true, options: BLURRED },
  { reference: 'x: the whole screen', screen: 'x-clock.png', what: 'the clock changed', right: false },
  {
    ...{ reference: 'x: the whole screen', screen: 'x-clock.png', what: 'the clock changed, and masked' },
    ...{ right: true, options: { exclude: [X_CLOCK] } },
  },
  { reference: 'x: the whole screen', screen: 'x-shift.png', what: 'a window 1 pixel to the right', right: false },
  {
    ...{ reference: 'x: the whole screen', screen: 'x-menu-jpeg.png', what: 'Tight JPEG, level 5' },
    ...{ right: true, options: BLURRED },
  },
  {
    ...{ reference: 'x: the whole screen', screen: 'x-entry-jpeg.png', what: 'another entry, Tight JPEG, level 5' },
    ...{ right: false, options: BLURRED },
  },
  { reference: 'QEMU: the menu', screen: 'q-menu.png', what: 'the same', right: true },
  { reference: 'QEMU: the menu', screen: 'q-clock.png', what: 'the clock beside it changed', right: true },
  { reference: 'QEMU: the menu', screen: 'q-menu-rgb565.png', what: '16-bit colour', right: true, format: 'rgb565' },
  { reference: 'QEMU: the menu', screen: 'q-menu-q5.jpg', what: 'JPEG of quality 5', right: true, options: BLURRED },
  { reference: 'QEMU: the menu', screen: 'q-entry.png', what: 'another entry highlighted', right: false },
  {
    ...{ reference: 'QEMU: the menu', screen: 'q-entry-rgb565.png', what: 'another entry, 16-bit colour' },
    ...{ right: false, format: 'rgb565' },
  },
  {
    ...{ reference: 'QEMU: the menu', screen: 'q-entry-q5.jpg', what: 'another entry, JPEG of quality 5' },
    ...{ right: false, options: BLURRED },
  },
  { reference: 'QEMU: the clock', screen: 'q-clock.png', what: '19 seconds later', right: false },
  { reference: 'QEMU: the whole screen', screen: 'q-clock.png', what: 'the clock changed', right: false },
  {
    ...{ reference: 'QEMU: the whole screen', screen: 'q-clock.png', what: 'the clock changed, and masked' },
    ...{ right: true, options: { exclude: [Q_CLOCK] } },
  },
];

export interface MatchingFigures {
  readonly case: MatchingCase;
  /** Ours. */
  readonly found: boolean;
  readonly score: number;
  readonly differing: number;
  /** Where it belongs on this screen. */
  readonly place: Rect;
  readonly foundAt: Rect | undefined;
  /** Root mean square of the differences of the two histograms, at the place. */
  readonly histogram: number;
  /** By the needles' formula, up to 50 pixels off its place; 0.96 is the usual threshold. */
  readonly similarity: number;
}

export async function matchingFigures(): Promise<MatchingFigures[]> {
  return Promise.all(MATCHING_CASES.map(figuresOf));
}

async function figuresOf(given: MatchingCase): Promise<MatchingFigures> {
  const { screen: from, rect } = REFERENCES[given.reference];
  const picture = await recordedScreen(from);
  const screen = await recordedScreen(given.screen);
  const reference = part(picture, rect);
  const format = given.format && pixelFormats[given.format];
  const match = new PictureMatcher(reference, given.options).match(new ScreenPixels(screen), format);
  const place = { ...rect, x: rect.x + (given.moved ?? 0) };
  const { exclude = [] } = given.options ?? {};
  return {
    case: given,
    found: match?.found ?? false,
    score: match?.score ?? 0,
    differing: match?.differing ?? 0,
    place,
    foundAt: match?.place,
    histogram: histogramDistance(painted(reference, exclude), painted(part(screen, place), exclude)),
    similarity: similarityOf(picture, screen, rect, exclude),
  };
}

function part(picture: Picture, rect: Rect): Picture {
  const cut = crop(picture, rect);
  if (!cut) throw new Error('a reference is not on its screen');
  return cut;
}

function painted(picture: Picture, rects: readonly Rect[]): Picture {
  const pixels = pixelsOf(picture).slice();
  for (const { x, y, width, height } of rects) {
    for (let row = y; row < y + height; row++)
      pixels.fill(0xff000000, row * picture.width + x, row * picture.width + x + width);
  }
  return { ...picture, rgba: new Uint8Array(pixels.buffer) };
}

/** As vncdotool 1.x compares: 256 counts of each channel, wherever the pixels are. */
function histogramDistance(a: Picture, b: Picture): number {
  const [first, second] = [histogram(a), histogram(b)];
  const sum = first.reduce((total, count, i) => total + (count - (second[i] ?? 0)) ** 2, 0);
  return Math.sqrt(sum / first.length);
}

function histogram({ rgba }: Picture): number[] {
  const counts = new Array<number>(768).fill(0);
  for (const [i, value] of rgba.entries()) {
    if (i % 4 === 3) continue;
    const bin = (i % 4) * 256 + value;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function similarityOf(picture: Picture, screen: Picture, rect: Rect, exclude: readonly Rect[]): number {
  const areas = [{ ...rect, match: 96, margin: 50, click: undefined }];
  const needle = { name: 'reference', picture, tags: [], properties: [], areas, exclude };
  return new NeedleMatcher(needle).match(new ScreenPixels(screen))?.score ?? 0;
}

/** How far the worst right screen and the nearest wrong one are from the reference, blurred so much: the largest distance of two pixels. */
export async function blurFigures(blur: number): Promise<{ readonly right: number; readonly wrong: number }> {
  const blurred = async (name: string) => {
    const picture = await recordedScreen(name);
    return {
      ...picture,
      pixels: blur === 0 ? pixelsOf(picture) : boxBlurred(pixelsOf(picture), picture.width, picture.height, blur),
    };
  };
  const largest = async (first: string, second: string, rect: Rect) => {
    const [a, b] = await Promise.all([blurred(first), blurred(second)]);
    let most = 0;
    for (let y = rect.y + blur; y < rect.y + rect.height - blur; y++) {
      for (let x = rect.x + blur; x < rect.x + rect.width - blur; x++) {
        const at = y * a.width + x;
        most = Math.max(most, colourDistance(a.pixels[at] ?? 0, b.pixels[at] ?? 0));
      }
    }
    return most;
  };
  const right = await Promise.all([
    largest('x-menu.png', 'x-menu-q5.jpg', REFERENCES['x: the whole screen'].rect),
    largest('x-menu.png', 'x-menu-jpeg.png', REFERENCES['x: the whole screen'].rect),
    largest('q-menu.png', 'q-menu-q5.jpg', REFERENCES['QEMU: the whole screen'].rect),
  ]);
  const wrong = await Promise.all([
    largest('x-menu.png', 'x-clock.png', X_CLOCK),
    largest('q-menu.png', 'q-clock.png', Q_CLOCK),
    largest('x-menu.png', 'x-entry.png', REFERENCES['x: the menu'].rect),
    largest('x-menu.png', 'x-entry-q5.jpg', REFERENCES['x: the menu'].rect),
    largest('q-menu.png', 'q-entry-q5.jpg', REFERENCES['QEMU: the menu'].rect),
  ]);
  return { right: Math.max(...right), wrong: Math.min(...wrong) };
}
