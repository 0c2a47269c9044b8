import type { PixelFormat } from '../../rfb/protocol/pixel-format.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { crop, type Picture } from '../picture.ts';
import type { Point } from '../pointer.ts';
import type { ScreenReader } from '../text/screen-text.ts';

/** The screen at one moment of a wait. All times are milliseconds since the wait began. */
export interface View {
  readonly picture: Picture;
  /** The complete picture with which the wait began. */
  readonly first: Picture;
  readonly nowMs: number;
  /** Since when the screen was watched without a gap: a connection that is lost and restored leaves one. Default 0. */
  readonly unbrokenSinceMs?: number | undefined;
  /** In which the pixels came: what of their colours is lost. Undefined: nothing. */
  readonly pixelFormat?: PixelFormat | undefined;
  /** What the console reads text by. */
  readonly reader?: ScreenReader | undefined;
}

/** What one look at the screen has shown. */
export interface Verdict {
  readonly holds: boolean;
  /** How near it came, 0 to 1; 1 when it holds. */
  readonly score: number;
  /** For people: what was there instead, or where it was found. */
  readonly seen: string;
  /** Where it is; where it was nearest, when it does not hold. Pixels of the whole screen. */
  readonly place?: Rect;
  /** Where a click on it goes; default the middle of its place. */
  readonly click?: Point;
  /** It may come to hold so many milliseconds from now although the screen stays as it is. */
  readonly againInMs?: number;
  /** Of `any`: which of them holds, counted from 0. */
  readonly alternative?: number;
  /** Draws the screen with what differs from what was wanted; asked only when the wait was in vain. */
  readonly difference?: () => Picture;
}

/** Something to wait for. Made for one wait: it may remember what it saw. */
export interface Condition {
  /** For messages: `text /login:/`. */
  readonly name: string;
  /** Looks at the screen: called at the start, after each change, and when `againInMs` has passed. */
  look(view: View): Verdict | Promise<Verdict>;
}

export const HOLDS = { holds: true, score: 1 } as const;

/** The part of the screen that a condition is about; a verdict when there is no such part. */
export function partOf(picture: Picture, region: Rect | undefined): Picture | Verdict {
  if (!region) return picture;
  const { x, y, width, height } = region;
  const seen = `the region ${x},${y},${width}x${height} is not on the ${picture.width}x${picture.height} screen`;
  return crop(picture, region) ?? { holds: false, score: 0, seen };
}

export function isVerdict(part: Picture | Verdict): part is Verdict {
  return 'holds' in part;
}
