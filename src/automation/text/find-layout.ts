import type { GlyphFont } from '../../fonts/glyph-font.ts';
import { type Picture, pixelsOf } from '../picture.ts';
import { CellTracer } from './cell-tracer.ts';
import type { SizeIndex } from './size-index.ts';

/** A font, and where the first of its cells begins. */
export interface Layout {
  readonly font: GlyphFont;
  readonly left: number;
  readonly top: number;
}

/** A place with ink. */
interface Sample {
  readonly x: number;
  readonly y: number;
}

/** How many places with ink are looked at to find where the cells begin. */
const SAMPLES = 96;
/** Fewer glyphs than this are there by chance. */
const LEAST_HITS = 3;
/** A font of which so many of the samples are glyphs is the right one. */
const SURE_SHARE = 0.9;
const SURE_HITS = 20;
/** Cells on both sides of a sample, in one number a row. */
const MAX_PATCH_WIDTH = 32;

/** Looks for fonts and grids by which some places that show ink, spread over the picture, are glyphs. */
export class LayoutSearch {
  readonly #picture: Picture;
  readonly #sizes: readonly SizeIndex[];
  readonly #samples: readonly Sample[];

  constructor(picture: Picture, sizes: readonly SizeIndex[]) {
    this.#picture = picture;
    this.#sizes = sizes;
    this.#samples = inkSamples(picture);
  }

  /** The best of those that consoles have: from the corner on, or in the middle where cells do not divide the screen. */
  aligned(most: number): Layout[] {
    const found: { readonly layout: Layout; readonly hits: number; readonly area: number }[] = [];
    for (const size of this.#sizes) {
      const { width, height, fonts } = size;
      const left = (this.#picture.width % width) >> 1;
      const top = (this.#picture.height % height) >> 1;
      for (const [x, y] of left === 0 && top === 0 ? CORNER : [...CORNER, [left, top] as const]) {
        for (const [i, hits] of this.#hits(size, x, y).entries()) {
          const font = fonts[i];
          if (font && hits > 0)
            found.push({ layout: { font, left: x, top: y }, hits, area: hits * hits * width * height });
        }
      }
      if (found.some(({ hits }) => hits >= Math.max(SURE_HITS, SURE_SHARE * this.#samples.length))) break;
    }
    const sorted = found.sort((a, b) => b.area - a.area);
    return sorted.slice(0, most).map(({ layout }) => layout);
  }

  /** The best of all: text in a window begins anywhere. */
  anywhere(): Layout | undefined {
    let best: Layout | undefined;
    let most = LEAST_HITS - 1;
    for (const size of this.#sizes) {
      const { width, fonts } = size;
      for (const [i, hits] of this.#hitsAnywhere(size).entries()) {
        const font = fonts[i % fonts.length];
        if (!font || hits <= most) continue;
        const offset = Math.floor(i / fonts.length);
        most = hits;
        best = { font, left: offset % width, top: Math.floor(offset / width) };
      }
    }
    return best;
  }

  /** For each font, how many of the samples are glyphs of it when the cells begin there. */
  #hits(size: SizeIndex, left: number, top: number): Uint16Array {
    const { width, height } = size;
    const tracer = new CellTracer(this.#picture, size);
    const hits = new Uint16Array(size.fonts.length);
    for (const sample of this.#samples) {
      const x = left + floorTo(sample.x - left, width);
      const y = top + floorTo(sample.y - top, height);
      if (this.#isInside(x, y, size) && tracer.trace(x, y) === 'two colours') size.count(tracer.rows, 0, 0, hits, 0);
    }
    return hits;
  }

  /** The same for each place where the cells may begin: font by font, from left to right, from top to bottom. */
  #hitsAnywhere(size: SizeIndex): Uint16Array {
    const { width, height, fonts } = size;
    const hits = new Uint16Array(width * height * fonts.length);
    const tracer = new CellTracer(this.#picture, size);
    const patch = new Patch(this.#picture, size);
    for (const { x, y } of this.#samples) {
      const isFlat = patch.take(x, y);
      for (let top = Math.max(0, y - height + 1); top <= y && top + height <= this.#picture.height; top++) {
        for (let left = Math.max(0, x - width + 1); left <= x && left + width <= this.#picture.width; left++) {
          const at = ((top % height) * width + (left % width)) * fonts.length;
          if (isFlat) size.count(patch.bits, top - patch.top, patch.right - left - width, hits, at);
          else if (tracer.trace(left, top) === 'two colours') size.count(tracer.rows, 0, 0, hits, at);
        }
      }
    }
    return hits;
  }

  #isInside(x: number, y: number, { width, height }: SizeIndex): boolean {
    return x >= 0 && y >= 0 && x + width <= this.#picture.width && y + height <= this.#picture.height;
  }
}

const CORNER = [[0, 0]] as const;

/** What lies around a sample, with every cell that it may be in: one bitmap where there are but two colours. */
class Patch {
  /** Of the picture's columns, that behind the last. */
  right = 0;
  top = 0;
  readonly #cell: { readonly width: number; readonly height: number };
  readonly #tracer: CellTracer;
  readonly #picture: Picture;

  constructor(picture: Picture, cell: { readonly width: number; readonly height: number }) {
    this.#picture = picture;
    this.#cell = cell;
    const size = { width: Math.min(2 * cell.width - 1, MAX_PATCH_WIDTH), height: 2 * cell.height - 1 };
    this.#tracer = new CellTracer(picture, size);
  }

  get bits(): Uint32Array {
    return this.#tracer.rows;
  }

  /** Sets `bits`, if they are of two colours. */
  take(x: number, y: number): boolean {
    const { width, height } = this.#tracer;
    const left = clamp(x - this.#cell.width + 1, this.#picture.width - width);
    this.top = clamp(y - this.#cell.height + 1, this.#picture.height - height);
    this.right = left + width;
    const isWhole = width === 2 * this.#cell.width - 1 && left >= 0 && this.top >= 0;
    return isWhole && this.#tracer.trace(left, this.top) === 'two colours';
  }
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 0), most);
}

function floorTo(value: number, step: number): number {
  return Math.floor(value / step) * step;
}

/** Places where the colour changes, spread over the picture. */
function inkSamples(picture: Picture): readonly Sample[] {
  const { width, height } = picture;
  const pixels = pixelsOf(picture);
  const edges: number[] = [];
  for (let y = 0; y < height; y += 3) {
    for (let at = y * width + 1; at < (y + 1) * width; at++) if (pixels[at] !== pixels[at - 1]) edges.push(at);
  }
  const count = Math.min(SAMPLES, edges.length);
  return Array.from({ length: count }, (_, i) => {
    const at = edges[Math.floor((i * edges.length) / count)] ?? 0;
    return { x: at % width, y: Math.floor(at / width) };
  });
}
