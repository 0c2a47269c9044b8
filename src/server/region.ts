import { boundingBox, type Rect } from '../rfb/protocol/rect.ts';
import { clip } from './display.ts';

/** More pieces than this are not worth their headers: the region becomes their bounding box. */
const MAX_RECTS = 48;

/** A set of pixels, as rectangles that do not overlap. */
export class Region {
  #rects: Rect[] = [];

  get rects(): readonly Rect[] {
    return this.#rects;
  }

  add(rect: Rect): void {
    if (rect.width <= 0 || rect.height <= 0) return;
    this.subtract(rect);
    this.#rects.push({ x: rect.x, y: rect.y, width: rect.width, height: rect.height });
    if (this.#rects.length > MAX_RECTS) this.#rects = [boundingBox(this.#rects)];
  }

  subtract(rect: Rect): void {
    if (rect.width <= 0 || rect.height <= 0) return;
    this.#rects = this.#rects.flatMap((piece) => remainders(piece, rect));
  }

  /** What this region and `other` share. */
  intersection(other: Region): Region {
    const shared = new Region();
    for (const a of this.#rects) {
      for (const b of other.#rects) shared.add(clip(a, b));
    }
    return shared;
  }

  clear(): void {
    this.#rects = [];
  }
}

/** What is left of `rect` outside `hole`: above, below, left, right. */
function remainders(rect: Rect, hole: Rect): Rect[] {
  const inside = clip(hole, rect);
  if (inside.width === 0 || inside.height === 0) return [rect];
  const right = rect.x + rect.width;
  const bottom = rect.y + rect.height;
  const insideRight = inside.x + inside.width;
  const insideBottom = inside.y + inside.height;
  return [
    { x: rect.x, y: rect.y, width: rect.width, height: inside.y - rect.y },
    { x: rect.x, y: insideBottom, width: rect.width, height: bottom - insideBottom },
    { x: rect.x, y: inside.y, width: inside.x - rect.x, height: inside.height },
    { x: insideRight, y: inside.y, width: right - insideRight, height: inside.height },
  ].filter(({ width, height }) => width > 0 && height > 0);
}
