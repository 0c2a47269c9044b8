import { UsageError } from '../../rfb/errors.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import type { Point } from '../pointer.ts';
import type { MatchOptions } from './matcher.ts';
import type { Places } from './search.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Where a picture's `bounds` may stand on a screen: a picture as large as the screen, or as the region, at its place; another
 * anywhere in there. Undefined when there is no such place. @throws UsageError for a margin around nothing
 */
export function placesFor(screen: Size, bounds: Rect, picture: Size, options: MatchOptions): Places | undefined {
  const { region, margin, anywhere = false } = options;
  const part = region ?? { x: 0, y: 0, width: screen.width, height: screen.height };
  const hasPlace = picture.width === part.width && picture.height === part.height;
  const home = hasPlace ? { x: part.x + bounds.x, y: part.y + bounds.y } : undefined;
  assertMargin(margin, anywhere);
  if (anywhere) return placesWithin(screen, bounds, { x: 0, y: 0, ...sizeOf(screen) }, home);
  if (home) return placesNear(screen, bounds, home, margin ?? 0);
  if (margin !== undefined && !region) {
    throw new UsageError(
      'BAD_OPTION',
      `a margin needs a place: give a region, or a picture of the whole ${screen.width}x${screen.height} screen`,
    );
  }
  return placesWithin(screen, bounds, grown(part, margin ?? 0));
}

/** Up to `margin` off `home`, in both directions. */
export function placesNear(screen: Size, size: Size, home: Point, margin: number): Places | undefined {
  return placesWithin(screen, size, grown({ ...home, ...sizeOf(size) }, margin), home);
}

/** Inside of `part`, as far as that is on the screen. */
export function placesWithin(screen: Size, size: Size, part: Rect, home?: Point): Places | undefined {
  const left = Math.max(0, part.x);
  const top = Math.max(0, part.y);
  const right = Math.min(screen.width, part.x + part.width) - size.width;
  const bottom = Math.min(screen.height, part.y + part.height) - size.height;
  return right < left || bottom < top ? undefined : { left, top, right, bottom, home };
}

export function assertMargin(margin: number | undefined, anywhere: boolean): void {
  if (margin === undefined) return;
  if (anywhere) throw new UsageError('BAD_OPTION', 'anywhere leaves no use for a margin: give one of the two');
  if (!Number.isInteger(margin) || margin < 0) {
    throw new UsageError('BAD_OPTION', `margin is ${margin}, wanted a whole number of pixels`);
  }
}

function grown({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}
