import { ProtocolError } from '../errors.ts';

/** A rectangle of the framebuffer in pixels, origin at the upper left. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** As people write it: `800x600 at 0,0`. */
export function describeRect({ x, y, width, height }: Rect): string {
  return `${width}x${height} at ${x},${y}`;
}

export function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** The smallest rectangle around all of them, of which there is one at least. */
export function boundingBox(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  return {
    x,
    y,
    width: Math.max(...rects.map((rect) => rect.x + rect.width)) - x,
    height: Math.max(...rects.map((rect) => rect.y + rect.height)) - y,
  };
}

/** @throws ProtocolError `BAD_RECT` when `rect` leaves a framebuffer of that size */
export function assertInside(
  rect: Rect,
  bounds: { readonly width: number; readonly height: number },
  what: string,
): void {
  if (rect.x + rect.width > bounds.width || rect.y + rect.height > bounds.height) {
    throw new ProtocolError(
      'BAD_RECT',
      `${what} rectangle ${describeRect(rect)} is outside the ${bounds.width}x${bounds.height} framebuffer`,
    );
  }
}
