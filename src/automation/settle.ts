import type { Session } from '../rfb/session/session.ts';
import type { OnActivity } from './activity.ts';
import { type CaptureOptions, capture } from './capture.ts';
import { Line } from './line.ts';
import { crop, type Picture } from './picture.ts';
import { all } from './waiting/combined.ts';
import { nonBlank, stable } from './waiting/screen-conditions.ts';
import { waitFor } from './waiting/wait-for.ts';

export interface SettleOptions extends CaptureOptions {
  /** Wait until nothing has changed for so many milliseconds; `timeoutMs` bounds it. */
  readonly stableMs?: number | undefined;
  /** Wait at most so many milliseconds for a screen that is not all of one colour. */
  readonly nonBlankMs?: number | undefined;
  /** Told of the waits. */
  readonly onActivity?: OnActivity | undefined;
}

/**
 * A complete picture, once the screen shows something (`nonBlankMs`) and stands still (`stableMs`).
 * @throws WaitTimeoutError when it stays blank or does not come to rest · as `capture` does
 */
export async function captureSettled(source: Session | Line, options: SettleOptions = {}): Promise<Picture> {
  const { stableMs = 0, nonBlankMs = 0, region, timeoutMs, signal, onActivity } = options;
  if (stableMs === 0 && nonBlankMs === 0) return capture(Line.of(source).session, options);
  const shown = nonBlankMs > 0 ? [nonBlank(region)] : [];
  const first = nonBlankMs > 0 && (await waitFor(source, all(shown), { timeoutMs: nonBlankMs, signal, onActivity }));
  const settled = all([...shown, stable(stableMs, region)]);
  const { picture } =
    first && stableMs === 0 ? first : await waitFor(source, settled, { timeoutMs, signal, onActivity });
  return (region && crop(picture, region)) ?? picture;
}
