import { TimeoutError, UsageError } from '../errors.ts';

/** The most that a timer takes, 24.8 days; more would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Deadline {
  /** Milliseconds; absent or Infinity waits for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Says what was awaited, for so many milliseconds, and what was seen last; asked only when the time is up. */
  describe(waitedMs: number): string;
  /** How much of the time does not count: it went by while a person was asked something. */
  pausedMs?(): number;
}

/**
 * Waits for `work` until the deadline. `work` itself goes on: the caller ends it. When the signal is a deadline too, the
 * error still is what this wait says: only it knows what for.
 */
export async function within<T>(work: Promise<T>, deadline: Deadline): Promise<T> {
  const { timeoutMs, signal } = deadline;
  work.catch(() => {});
  if (timeoutMs !== undefined) assertTimeout(timeoutMs);
  signal?.throwIfAborted();
  const started = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const expired = new Promise<never>((_, reject) => {
    const expire = (cause?: TimeoutError) => {
      const waitedMs = cause ? performance.now() - started : (timeoutMs ?? 0);
      reject(new TimeoutError(deadline.describe(waitedMs), { cause }));
    };
    const startTimer = (ms: number, pausedMs: number) => {
      timer = setTimeout(
        () => {
          const paused = deadline.pausedMs?.() ?? 0;
          if (paused > pausedMs) startTimer(paused - pausedMs, paused);
          else expire();
        },
        Math.min(ms, MAX_TIMER_MS),
      );
    };
    if (timeoutMs !== undefined && Number.isFinite(timeoutMs)) startTimer(timeoutMs, 0);
    onAbort = () => (signal?.reason instanceof TimeoutError ? expire(signal.reason) : reject(signal?.reason));
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    expired.catch(() => {});
  }
}

/** @throws UsageError `BAD_OPTION`: what is no number would wait for ever, or not at all */
export function assertTimeout(ms: number): void {
  if (ms >= 0) return;
  throw new UsageError('BAD_OPTION', `a timeout is ${ms}, wanted milliseconds: 0 or more, or Infinity`);
}

/** `1500` as `1.5 s`. */
export function describeDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
