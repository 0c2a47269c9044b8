import { UsageError } from '../../rfb/errors.ts';
import { contains, describeRect, type Rect } from '../../rfb/protocol/rect.ts';
import { type Picture, pixelsOf } from '../picture.ts';
import { boxBlurred } from './blur.ts';

export interface PatternOptions {
  /** For messages; default `WIDTHxHEIGHT picture`. */
  readonly name?: string | undefined;
  /** A picture of the same size: what is white (brighter than half) in it counts, what is black or transparent does not. */
  readonly mask?: Picture | undefined;
  /** Parts that do not count: a clock, a cursor. In pixels of the picture. */
  readonly exclude?: readonly Rect[] | undefined;
}

/** A larger one leaves nothing of a screen to be recognised. */
export const MAX_BLUR = 32;

/** Probes are compared first. */
const PROBES = 64;

/** A picture to look for, made ready: which of its pixels count, and for how much. */
export class Pattern {
  readonly name: string;
  /** Of the whole picture. */
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  /** The smallest rectangle of the picture that holds all that counts. */
  readonly bounds: Rect;
  /** The pixels of `bounds`, row by row: 0 where one does not count. */
  readonly pixels: Uint32Array;
  /** How many count. */
  readonly counted: number;
  /** The commonest colour: flat ground, of which every screen has some. All its pixels weigh no more than all others do. */
  readonly #ground: number;
  readonly #groundWeight: number;

  /** @throws UsageError `BAD_IMAGE` when nothing of the picture counts, or the mask has another size */
  constructor(picture: Picture, options: PatternOptions = {}, blur = 0) {
    const { width, height } = picture;
    this.name = options.name ?? `${width}x${height} picture`;
    this.pictureWidth = width;
    this.pictureHeight = height;
    const counts = countedPixels(picture, this.name, options);
    this.bounds = boundsOf(counts, width, height);
    if (this.bounds.width === 0) throw new UsageError('BAD_IMAGE', `${this.name}: all of it is masked`);
    const sharp = pixelsOf(picture);
    this.pixels = cut(
      blur === 0 ? sharp : boxBlurred(sharp, width, height, blur),
      eroded(counts, width, height, blur),
      width,
      this.bounds,
    );
    this.counted = this.pixels.reduce((sum, pixel) => (pixel === 0 ? sum : sum + 1), 0);
    if (this.counted === 0) {
      throw new UsageError(
        'BAD_IMAGE',
        `${this.name}: a blur of ${blur} reaches from its edges or masks to everything in it`,
      );
    }
    const [colour, count] = commonest(this.pixels);
    this.#ground = colour;
    this.#groundWeight = count === this.counted ? 1 : Math.min(1, (this.counted - count) / count);
  }

  weightOf(pixel: number): number {
    return pixel === this.#ground ? this.#groundWeight : 1;
  }

  get totalWeight(): number {
    return this.pixels.reduce((sum, pixel) => (pixel === 0 ? sum : sum + this.weightOf(pixel)), 0);
  }

  /** Where to look first: pixels from all over it, in turns of the ground and of what stands on it. Indices into `pixels`. */
  probes(): number[] {
    const ground: number[] = [];
    const others: number[] = [];
    for (const [i, pixel] of this.pixels.entries()) {
      if (pixel !== 0) (pixel === this.#ground ? ground : others).push(i);
    }
    const first = spread(others, PROBES / 2);
    const second = spread(ground, PROBES / 2);
    const longest = Math.max(first.length, second.length);
    return Array.from({ length: longest }, (_, i) => [first[i], second[i]])
      .flat()
      .filter((probe) => probe !== undefined);
  }
}

/** Up to `count` of the indices, none twice; the first ones lie far apart. */
function spread(indices: readonly number[], count: number): number[] {
  if (indices.length <= count) return [...indices];
  const chosen = Array.from(
    { length: count },
    (_, i) => indices[Math.floor(((i * GOLDEN_RATIO) % 1) * indices.length)] ?? 0,
  );
  return [...new Set(chosen)];
}

const GOLDEN_RATIO = 0.618034;

/** 1 for each pixel that counts. */
function countedPixels(picture: Picture, name: string, { mask, exclude = [] }: PatternOptions): Uint8Array {
  const { width, height, rgba } = picture;
  const counts = new Uint8Array(width * height);
  for (let i = 0; i < counts.length; i++) counts[i] = rgba[i * 4 + 3] === 255 ? 1 : 0;
  if (mask) {
    if (mask.width !== width || mask.height !== height) {
      throw new UsageError(
        'BAD_IMAGE',
        `the mask has ${mask.width}x${mask.height} pixels, ${name} has ${width}x${height}; they must be of one size`,
      );
    }
    for (let i = 0; i < counts.length; i++) if (!isWhite(mask.rgba, i * 4)) counts[i] = 0;
  }
  for (const rect of exclude) {
    if (!contains({ x: 0, y: 0, width, height }, rect)) {
      throw new UsageError(
        'BAD_IMAGE',
        `${name}: what is to be excluded, ${describeRect(rect)}, is not inside its ${width}x${height} pixels`,
      );
    }
    for (let y = rect.y; y < rect.y + rect.height; y++)
      counts.fill(0, y * width + rect.x, y * width + rect.x + rect.width);
  }
  return counts;
}

function isWhite(rgba: Uint8Array, at: number): boolean {
  const [red = 0, green = 0, blue = 0, alpha = 0] = rgba.subarray(at, at + 4);
  return alpha === 255 && red + green + blue > 3 * 127;
}

/** Without what lies within `radius` of something that does not count, or of an edge: the blur brings other pixels in there. */
function eroded(counts: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  if (radius === 0) return counts;
  const rows = new Uint8Array(counts.length);
  for (let y = 0; y < height; y++) runs(counts, rows, y * width, 1, width, radius);
  const both = new Uint8Array(counts.length);
  for (let x = 0; x < width; x++) runs(rows, both, x, width, height, radius);
  return both;
}

/** Marks the places of a line from which `radius` marked ones lie on either side. */
function runs(from: Uint8Array, to: Uint8Array, start: number, step: number, length: number, radius: number): void {
  let run = 0;
  for (let i = 0; i < length; i++) {
    run = from[start + i * step] === 0 ? 0 : run + 1;
    if (run > 2 * radius) to[start + (i - radius) * step] = 1;
  }
}

function boundsOf(counts: Uint8Array, width: number, height: number): Rect {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = counts.subarray(y * width, (y + 1) * width);
    const first = row.indexOf(1);
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(right, row.lastIndexOf(1));
    top = Math.min(top, y);
    bottom = y;
  }
  return bottom < 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function cut(pixels: Uint32Array, counts: Uint8Array, stride: number, { x, y, width, height }: Rect): Uint32Array {
  const part = new Uint32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (y + row) * stride + x + column;
      if (counts[at] === 1) part[row * width + column] = pixels[at] ?? 0;
    }
  }
  return part;
}

function commonest(pixels: Uint32Array): [colour: number, count: number] {
  const counts = new Map<number, number>();
  for (const pixel of pixels) if (pixel !== 0) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  let best: [number, number] = [0, 0];
  for (const [colour, count] of counts) if (count > best[1]) best = [colour, count];
  return best;
}
