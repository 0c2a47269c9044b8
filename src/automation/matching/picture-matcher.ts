import { UsageError } from '../../rfb/errors.ts';
import type { PixelFormat } from '../../rfb/protocol/pixel-format.ts';
import type { Picture } from '../picture.ts';
import { ColourTolerance, colourDistance } from './colour-tolerance.ts';
import { DifferencePicture } from './difference-picture.ts';
import type { ImageMatch, Matcher, MatchOptions } from './matcher.ts';
import { MAX_BLUR, Pattern, type PatternOptions } from './pattern.ts';
import type { ScreenPixels } from './screen-pixels.ts';
import { type Candidate, type Comparison, type Places, search } from './search.ts';
import { placesFor } from './window.ts';

export interface PictureMatchOptions extends MatchOptions, PatternOptions {
  /** How different a pixel may look and still be the same, 0 to 255 by `colourDistance`. Default 0; with a blur 96 / blur. */
  readonly fuzz?: number | undefined;
  /** Compares the means of boxes of this radius: for screens that come as JPEG. Default 0; 2 will do. */
  readonly blur?: number | undefined;
}

/** What the worst JPEG is apart once it is blurred, and other digits are not: docs/matching.md has the figures. */
const BLURRED_FUZZ = 96;

/** Looks for a picture: every pixel of it that counts must look as it does there. */
export class PictureMatcher implements Matcher {
  readonly name: string;
  readonly #pattern: Pattern;
  readonly #probes: readonly number[];
  readonly #totalWeight: number;
  readonly #options: PictureMatchOptions;
  readonly #blur: number;
  readonly #fuzz: number;

  /** @throws UsageError */
  constructor(picture: Picture, options: PictureMatchOptions = {}) {
    const { blur = 0 } = options;
    if (!Number.isInteger(blur) || blur < 0 || blur > MAX_BLUR) {
      throw new UsageError('BAD_OPTION', `blur is ${blur}, wanted a whole number from 0 to ${MAX_BLUR}`);
    }
    this.#options = options;
    this.#blur = blur;
    this.#fuzz = options.fuzz ?? (blur > 0 ? BLURRED_FUZZ / blur : 0);
    this.#pattern = new Pattern(picture, options, blur);
    this.#probes = this.#pattern.probes();
    this.#totalWeight = this.#pattern.totalWeight;
    this.name = this.#pattern.name;
  }

  get size(): { readonly width: number; readonly height: number } {
    return this.#pattern.bounds;
  }

  match(screen: ScreenPixels, format?: PixelFormat): ImageMatch | undefined {
    const { bounds, pictureWidth, pictureHeight, counted } = this.#pattern;
    const places = placesFor(screen, bounds, { width: pictureWidth, height: pictureHeight }, this.#options);
    return places && this.#search(screen, places, new ColourTolerance(this.#fuzz, format), counted);
  }

  difference(screen: ScreenPixels, match: ImageMatch, format?: PixelFormat): Picture {
    const tolerance = new ColourTolerance(this.#fuzz, format);
    const pixels = screen.pixels(this.#blur);
    const difference = new DifferencePicture(screen.picture);
    difference.paint(match.place, (at, i) => {
      const wanted = this.#pattern.pixels[i] ?? 0;
      if (wanted === 0) return 'masked';
      return tolerance.alike(wanted, pixels[at] ?? 0) ? 'alike' : 'different';
    });
    return difference.picture;
  }

  #search(screen: ScreenPixels, places: Places, tolerance: ColourTolerance, counted: number): ImageMatch | undefined {
    const pixels = screen.pixels(this.#blur);
    const { bounds } = this.#pattern;
    const comparison = new PictureComparison(pixels, screen.width, this.#pattern, this.#probes, tolerance);
    const first = search(comparison, screen.width, places);
    if (!first) return undefined;
    // With a tolerance the places around it may hold as well.
    const { x, y, holds, cost } =
      first.holds && !tolerance.exact ? refined(first, places, screen.width, comparison) : first;
    const place = { x, y, width: bounds.width, height: bounds.height };
    const differing = holds ? 0 : comparison.differing(y * screen.width + x);
    const click = { x: x + (bounds.width >> 1), y: y + (bounds.height >> 1) };
    return { found: holds, place, click, score: 1 - cost / this.#totalWeight, differing, counted };
  }
}

/** From one place that holds to the one beside it that does, and is nearest in all its colours, until there is none. */
function refined(found: Candidate, places: Places, stride: number, comparison: PictureComparison): Candidate {
  let best = found;
  let least = comparison.distance(best.y * stride + best.x, Number.POSITIVE_INFINITY);
  for (let from: Candidate | undefined; from !== best; ) {
    from = best;
    for (let y = Math.max(places.top, from.y - 1); y <= Math.min(places.bottom, from.y + 1); y++) {
      for (let x = Math.max(places.left, from.x - 1); x <= Math.min(places.right, from.x + 1); x++) {
        const at = y * stride + x;
        const distance = comparison.distance(at, least);
        if (distance >= least || comparison.cost(at, 0) > 0) continue;
        least = distance;
        best = { ...from, x, y };
      }
    }
  }
  return best;
}

/** The cost is the weight of the pixels that look different: nothing is allowed. */
class PictureComparison implements Comparison {
  readonly allowed = 0;
  readonly #screen: Uint32Array;
  readonly #stride: number;
  readonly #pattern: Pattern;
  readonly #tolerance: ColourTolerance;
  /** Of each probe: how far it is from the upper left pixel on this screen, and its colour. */
  readonly #offsets: Int32Array;
  readonly #colours: Uint32Array;

  constructor(
    screen: Uint32Array,
    stride: number,
    pattern: Pattern,
    probes: readonly number[],
    tolerance: ColourTolerance,
  ) {
    this.#screen = screen;
    this.#stride = stride;
    this.#pattern = pattern;
    this.#tolerance = tolerance;
    const { width } = pattern.bounds;
    this.#offsets = Int32Array.from(probes, (i) => Math.floor(i / width) * stride + (i % width));
    this.#colours = Uint32Array.from(probes, (i) => pattern.pixels[i] ?? 0);
  }

  /** How many probes look different. */
  estimate(at: number, limit: number): number {
    let different = 0;
    for (let i = 0; i < this.#offsets.length; i++) {
      const shown = this.#screen[at + (this.#offsets[i] ?? 0)] ?? 0;
      const wanted = this.#colours[i] ?? 0;
      if (shown !== wanted && !this.#tolerance.alike(shown, wanted) && ++different > limit) break;
    }
    return different;
  }

  cost(at: number, limit: number): number {
    let cost = 0;
    this.#compare(at, (wanted) => {
      cost += this.#pattern.weightOf(wanted);
      return cost > limit;
    });
    return cost;
  }

  /** Of all colours together; may stop once it is above `limit`. */
  distance(at: number, limit: number): number {
    const { pixels, bounds } = this.#pattern;
    let sum = 0;
    for (let y = 0, i = 0; y < bounds.height && sum <= limit; y++) {
      const row = at + y * this.#stride;
      for (let x = 0; x < bounds.width; x++, i++) {
        const wanted = pixels[i] ?? 0;
        if (wanted !== 0) sum += colourDistance(wanted, this.#screen[row + x] ?? 0);
      }
    }
    return sum;
  }

  differing(at: number): number {
    let count = 0;
    this.#compare(at, () => {
      count++;
      return false;
    });
    return count;
  }

  /** Tells of each pixel that looks different, until it is enough. */
  #compare(at: number, different: (wanted: number) => boolean): void {
    const { pixels, bounds } = this.#pattern;
    for (let y = 0, i = 0; y < bounds.height; y++) {
      const row = at + y * this.#stride;
      for (let x = 0; x < bounds.width; x++, i++) {
        const wanted = pixels[i] ?? 0;
        const shown = this.#screen[row + x] ?? 0;
        if (wanted === shown || wanted === 0) continue;
        if (!this.#tolerance.alike(wanted, shown) && different(wanted)) return;
      }
    }
  }
}
