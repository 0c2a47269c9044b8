import { ActionError } from '../rfb/errors.ts';
import { describeDuration, within } from '../rfb/session/deadline.ts';
import type { Session } from '../rfb/session/session.ts';
import { type CaptureOptions, capture, DEFAULT_TIMEOUT_MS, type Picture } from './capture.ts';
import { ScreenWatch } from './screen-watch.ts';

export interface SettleOptions extends CaptureOptions {
  /** Wait until the picture has not changed for so many milliseconds; `timeoutMs` bounds it. */
  readonly stableMs?: number;
  /** Wait at most so many milliseconds for a picture that is not all of one colour. */
  readonly nonBlankMs?: number;
}

/**
 * A complete picture, once the screen shows something (`nonBlankMs`) and stands still (`stableMs`).
 * @throws ActionError `ACTION_FAILED` when it stays blank · TimeoutError when it does not come to rest · as `capture` does
 */
export async function captureSettled(session: Session, options: SettleOptions = {}): Promise<Picture> {
  const { stableMs = 0, nonBlankMs = 0, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  if (stableMs === 0 && nonBlankMs === 0) return capture(session, options);
  const stop = new AbortController();
  const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
  using watch = await ScreenWatch.start(session, { ...options, signal: stopped });
  let changes = 0;
  const settle = async (): Promise<Picture> => {
    const blankUntil = performance.now() + nonBlankMs;
    for (;;) {
      while (nonBlankMs > 0 && isBlank(watch.picture)) {
        if (!(await watch.changed(blankUntil - performance.now())))
          throw stillBlank(session, watch.picture, nonBlankMs);
      }
      if (stableMs === 0 || !(await watch.changed(stableMs))) return watch.picture;
      changes++;
    }
  };
  const describe = (waitedMs: number) =>
    `${session.name}: the screen was not still for ${describeDuration(stableMs)} within ${describeDuration(waitedMs)}: it changed ${changes} times`;
  try {
    return await within(settle(), { timeoutMs, signal, describe });
  } finally {
    stop.abort();
  }
}

/** All of one colour. */
function isBlank({ rgba }: Picture): boolean {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength / 4);
  return pixels.every((pixel) => pixel === pixels[0]);
}

function stillBlank({ name }: Session, { rgba }: Picture, nonBlankMs: number): ActionError {
  const colour = Buffer.from(rgba.subarray(0, 3)).toString('hex');
  const message = `${name}: the screen stayed blank (all #${colour}) for ${describeDuration(nonBlankMs)}`;
  return new ActionError('ACTION_FAILED', message);
}
