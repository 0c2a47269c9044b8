import { UsageError } from '../../rfb/errors.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { type Picture, pixelsOf } from '../picture.ts';
import type { Point } from '../pointer.ts';
import { smoothGrey } from './blur.ts';
import { DifferencePicture } from './difference-picture.ts';
import type { ImageMatch, Matcher, MatchOptions } from './matcher.ts';
import type { Needle, NeedleArea } from './needle.ts';
import { largestError, needleSimilarity } from './needle-similarity.ts';
import type { ScreenPixels } from './screen-pixels.ts';
import { type Candidate, type Comparison, type Places, search } from './search.ts';
import { assertMargin, placesNear, placesWithin } from './window.ts';

/** Looks for a needle: each of its areas must be similar enough, up to its margin off its place. */
export class NeedleMatcher implements Matcher {
  readonly name: string;
  readonly needle: Needle;
  readonly #options: MatchOptions;
  readonly #areas: readonly GreyPattern[];

  /** @throws UsageError */
  constructor(needle: Needle, options: MatchOptions = {}) {
    assertMargin(options.margin, options.anywhere ?? false);
    this.needle = needle;
    this.name = needle.name;
    this.#options = options;
    const { picture, exclude } = needle;
    const grey = smoothGrey(pixelsOf(picture), picture.width, picture.height);
    this.#areas = needle.areas.map((area, i) => {
      const pattern = new GreyPattern(grey, picture.width, area, exclude);
      if (pattern.counted > 0) return pattern;
      throw new UsageError('BAD_IMAGE', `needle ${needle.name}: all of match area ${i + 1} is excluded`);
    });
  }

  /** Whether it stands for something that should not be so. */
  get workaround(): boolean {
    return this.needle.properties.includes('workaround');
  }

  get size(): { readonly width: number; readonly height: number } {
    return {
      width: Math.max(...this.needle.areas.map(({ x, width }) => x + width)),
      height: Math.max(...this.needle.areas.map(({ y, height }) => y + height)),
    };
  }

  match(screen: ScreenPixels): ImageMatch | undefined {
    const results = this.#search(screen);
    const target = results?.findLast(({ pattern }) => pattern.area.click !== undefined) ?? results?.at(-1);
    if (!results || !target) return undefined;
    return {
      found: results.every(({ candidate }) => candidate.holds),
      place: target.place,
      click: target.click,
      score: 1 - Math.hypot(...results.map(({ similarity }) => 1 - similarity)) / Math.sqrt(results.length),
      differing: results.reduce((sum, result) => sum + result.differing(screen), 0),
      counted: results.reduce((sum, { pattern }) => sum + pattern.counted, 0),
    };
  }

  difference(screen: ScreenPixels): Picture {
    const difference = new DifferencePicture(screen.picture);
    for (const { pattern, place } of this.#search(screen) ?? []) {
      difference.paint(place, (at, i) => {
        if (pattern.counts[i] === 0) return 'masked';
        return pattern.differs(i, screen.grey[at] ?? 0) ? 'different' : 'alike';
      });
    }
    return difference.picture;
  }

  /** The best place of each area; undefined when one of them has none. */
  #search(screen: ScreenPixels): AreaMatch[] | undefined {
    const results: AreaMatch[] = [];
    for (const pattern of this.#areas) {
      const places = this.#placesFor(screen, pattern.area);
      const best = places && search(new GreyComparison(screen, pattern), screen.width, places);
      if (!best) return undefined;
      results.push(new AreaMatch(pattern, best));
    }
    return results;
  }

  #placesFor(screen: ScreenPixels, area: NeedleArea): Places | undefined {
    const { region, margin = area.margin, anywhere } = this.#options;
    const whole = { x: 0, y: 0, width: screen.width, height: screen.height };
    if (anywhere) return placesWithin(screen, area, region ?? whole, area);
    const near = placesNear(screen, area, area, margin);
    const inside = placesWithin(screen, area, region ?? whole, area);
    if (!near || !inside) return undefined;
    const places = {
      left: Math.max(near.left, inside.left),
      top: Math.max(near.top, inside.top),
      right: Math.min(near.right, inside.right),
      bottom: Math.min(near.bottom, inside.bottom),
      home: area,
    };
    return places.left <= places.right && places.top <= places.bottom ? places : undefined;
  }
}

class AreaMatch {
  readonly pattern: GreyPattern;
  readonly candidate: Candidate;

  constructor(pattern: GreyPattern, candidate: Candidate) {
    this.pattern = pattern;
    this.candidate = candidate;
  }

  get place(): Rect {
    const { width, height } = this.pattern.area;
    return { x: this.candidate.x, y: this.candidate.y, width, height };
  }

  get click(): Point {
    const { x, y } = this.candidate;
    const { width, height, click = { x: width >> 1, y: height >> 1 } } = this.pattern.area;
    return { x: x + click.x, y: y + click.y };
  }

  get similarity(): number {
    return needleSimilarity(this.candidate.cost / this.pattern.counted);
  }

  differing({ grey, width: stride }: ScreenPixels): number {
    const { counts, area } = this.pattern;
    const { x, y } = this.candidate;
    let count = 0;
    for (const [i, counted] of counts.entries()) {
      const at = (y + Math.floor(i / area.width)) * stride + x + (i % area.width);
      if (counted === 1 && this.pattern.differs(i, grey[at] ?? 0)) count++;
    }
    return count;
  }
}

/** How many pixels are compared first. */
const PROBES = 64;
/** A prime above it: its multiples reach every part. */
const COPRIME = 67;

/** An area of a needle, smoothed, without what does not count. */
class GreyPattern {
  readonly area: NeedleArea;
  readonly grey: Uint8Array;
  /** 1 for each pixel that counts. */
  readonly counts: Uint8Array;
  readonly counted: number;
  /** Indices of the pixels that stand out most from their neighbours on the right and below. */
  readonly probes: readonly number[];
  /** The largest sum of squared differences. */
  readonly allowed: number;

  constructor(picture: Uint8Array, stride: number, area: NeedleArea, exclude: readonly Rect[]) {
    this.area = area;
    this.grey = new Uint8Array(area.width * area.height);
    this.counts = new Uint8Array(this.grey.length).fill(1);
    for (let y = 0; y < area.height; y++) {
      const from = (area.y + y) * stride + area.x;
      this.grey.set(picture.subarray(from, from + area.width), y * area.width);
    }
    for (const rect of exclude) this.#exclude(rect);
    this.counted = this.counts.reduce((sum, counts) => sum + counts, 0);
    this.probes = this.#distinctive();
    this.allowed = largestError(area.match / 100) * this.counted;
  }

  /** Whether a pixel differs by more than the mean may. */
  differs(i: number, grey: number): boolean {
    return (grey - (this.grey[i] ?? 0)) ** 2 > this.allowed / this.counted;
  }

  /** And what lies beside it: the smoothing carries it there. */
  #exclude({ x, y, width, height }: Rect): void {
    const { area } = this;
    const [left, right] = [Math.max(0, x - area.x - 1), Math.min(area.width, x + width - area.x + 1)];
    const [top, bottom] = [Math.max(0, y - area.y - 1), Math.min(area.height, y + height - area.y + 1)];
    for (let row = top; row < bottom; row++) {
      if (left < right) this.counts.fill(0, row * area.width + left, row * area.width + right);
    }
  }

  #distinctive(): number[] {
    const { grey, counts, area } = this;
    const contrast = (i: number) =>
      Math.abs((grey[i] ?? 0) - (grey[i + 1] ?? 0)) + Math.abs((grey[i] ?? 0) - (grey[i + area.width] ?? 0));
    const counted = Array.from(counts.keys()).filter((i) => counts[i] === 1);
    // One of each part, so that they lie all over the area; the parts in an order that jumps about.
    const parts = Math.min(PROBES, counted.length);
    return Array.from({ length: parts }, (_, i) => {
      const part = (i * COPRIME) % parts;
      const candidates = counted.slice(
        Math.floor((part * counted.length) / parts),
        Math.floor(((part + 1) * counted.length) / parts),
      );
      return candidates.reduce((best, candidate) => (contrast(candidate) > contrast(best) ? candidate : best));
    });
  }
}

/** The cost is the sum of squared differences. */
class GreyComparison implements Comparison {
  readonly allowed: number;
  readonly #grey: Uint8Array;
  readonly #stride: number;
  readonly #pattern: GreyPattern;
  readonly #offsets: Int32Array;
  readonly #values: Uint8Array;

  constructor({ grey, width }: ScreenPixels, pattern: GreyPattern) {
    this.allowed = pattern.allowed;
    this.#grey = grey;
    this.#stride = width;
    this.#pattern = pattern;
    const { area, probes } = pattern;
    this.#offsets = Int32Array.from(probes, (i) => Math.floor(i / area.width) * width + (i % area.width));
    this.#values = Uint8Array.from(probes, (i) => pattern.grey[i] ?? 0);
  }

  estimate(at: number, limit: number): number {
    let sum = 0;
    for (let i = 0; i < this.#offsets.length && sum <= limit; i++) {
      const difference = (this.#grey[at + (this.#offsets[i] ?? 0)] ?? 0) - (this.#values[i] ?? 0);
      sum += difference * difference;
    }
    return sum;
  }

  cost(at: number, limit: number): number {
    const { grey, counts, area } = this.#pattern;
    let sum = 0;
    for (let y = 0, i = 0; y < area.height && sum <= limit; y++) {
      const row = at + y * this.#stride;
      for (let x = 0; x < area.width; x++, i++) {
        const difference = ((this.#grey[row + x] ?? 0) - (grey[i] ?? 0)) * (counts[i] ?? 0);
        sum += difference * difference;
      }
    }
    return sum;
  }
}
