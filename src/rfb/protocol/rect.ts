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
