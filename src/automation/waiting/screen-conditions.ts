import type { Rect } from '../../rfb/protocol/rect.ts';
import { describeDuration } from '../../rfb/session/deadline.ts';
import { onlyColour, type Picture, samePixels } from '../picture.ts';
import { type Condition, HOLDS, isVerdict, partOf } from './condition.ts';

/** Nothing has changed for `quietMs`, in the region or on the whole screen. */
export function stable(quietMs: number, region?: Rect): Condition {
  let last: Picture | undefined;
  let since = 0;
  let changes = 0;
  return {
    name: `stable for ${describeDuration(quietMs)}`,
    look({ picture, nowMs, unbrokenSinceMs = 0 }) {
      const part = partOf(picture, region);
      if (isVerdict(part)) {
        last = undefined;
        return part;
      }
      if (!last || !samePixels(part, last)) {
        if (last) changes++;
        last = part;
        since = nowMs;
      }
      // Nobody knows what it did meanwhile.
      since = Math.max(since, unbrokenSinceMs);
      const stillMs = nowMs - since;
      const seen = `still for ${describeDuration(stillMs)}, after ${changes} changes`;
      if (stillMs >= quietMs) return { ...HOLDS, seen };
      return { holds: false, score: stillMs / quietMs, seen, againInMs: quietMs - stillMs };
    },
  };
}

/** A pixel differs from what was there when the wait began. */
export function changed(region?: Rect): Condition {
  return {
    name: 'a change',
    look({ picture, first }) {
      const part = partOf(picture, region);
      if (isVerdict(part)) return part;
      const before = partOf(first, region);
      if (isVerdict(before) || !samePixels(part, before)) return { ...HOLDS, seen: 'it changed' };
      return { holds: false, score: 0, seen: 'nothing has changed' };
    },
  };
}

/** The screen is not all of one colour. */
export function nonBlank(region?: Rect): Condition {
  return {
    name: 'something on the screen',
    look({ picture }) {
      const part = partOf(picture, region);
      if (isVerdict(part)) return part;
      const colour = onlyColour(part);
      if (colour === undefined) return { ...HOLDS, seen: 'it is not blank' };
      return { holds: false, score: 0, seen: `all of it is ${colour}` };
    },
  };
}
