import type { Rect } from '../rfb/protocol/rect.ts';

/** Which pixels of a framebuffer have been painted since some moment. */
export class Coverage {
  readonly #painted: Uint8Array;
  readonly #width: number;
  readonly #region: Rect;
  #missing: number;

  /** Watches `region` of a framebuffer that is `width` wide. */
  constructor(width: number, region: Rect) {
    this.#width = width;
    this.#region = region;
    this.#painted = new Uint8Array(width * (region.y + region.height));
    this.#missing = region.width * region.height;
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  /** Of the region, from 0 to 1. */
  get share(): number {
    const all = this.#region.width * this.#region.height;
    return all === 0 ? 1 : 1 - this.#missing / all;
  }

  add(rect: Rect): void {
    const { x, y, width, height } = this.#region;
    const left = Math.max(rect.x, x);
    const right = Math.min(rect.x + rect.width, x + width);
    const bottom = Math.min(rect.y + rect.height, y + height);
    for (let row = Math.max(rect.y, y); row < bottom; row++) {
      for (let at = row * this.#width + left; at < row * this.#width + right; at++) {
        if (this.#painted[at] === 0) {
          this.#painted[at] = 1;
          this.#missing--;
        }
      }
    }
  }

  /** The smallest rectangle around what is missing. */
  missingBounds(): Rect {
    const { x, y, width, height } = this.#region;
    // Before the first update all of it is: not worth a look at each pixel.
    if (this.#missing > 0 && this.#missing === width * height) return this.#region;
    let [left, top, right, bottom] = [x + width, y + height, x, y];
    for (let row = y; row < y + height; row++) {
      for (let column = x; column < x + width; column++) {
        if (this.#painted[row * this.#width + column] === 1) continue;
        left = Math.min(left, column);
        right = Math.max(right, column + 1);
        top = Math.min(top, row);
        bottom = row + 1;
      }
    }
    return right <= left
      ? { x, y, width: 0, height: 0 }
      : { x: left, y: top, width: right - left, height: bottom - top };
  }
}
