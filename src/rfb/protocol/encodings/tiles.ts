import type { Rect } from '../rect.ts';

/** The tiles of `rect`, left to right, then top to bottom; those at its right and lower edge are smaller. */
export function* tilesOf(rect: Rect, side: number): Generator<Rect> {
  for (let y = 0; y < rect.height; y += side) {
    const height = Math.min(side, rect.height - y);
    for (let x = 0; x < rect.width; x += side) {
      yield { x: rect.x + x, y: rect.y + y, width: Math.min(side, rect.width - x), height };
    }
  }
}
