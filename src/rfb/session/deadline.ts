import { TimeoutError } from '../errors.ts';

export interface Deadline {
  /** Milliseconds; absent or Infinity waits for ever. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Says what was awaited and what was seen last; asked only when the time is up. */
  describe(): string;
}

/** Waits for `work` until the deadline. `work` itself goes on: the caller ends it. */
export async function within<T>(work: Promise<T>, { timeoutMs, signal, describe }: Deadline): Promise<T> {
  if (signal?.aborted) {
    work.catch(() => {});
    throw signal.reason;
  }
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const expired = new Promise<never>((_, reject) => {
    if (timeoutMs !== undefined && Number.isFinite(timeoutMs)) {
      timer = setTimeout(() => reject(new TimeoutError(describe())), timeoutMs);
    }
    onAbort = () => reject(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal?.removeEventListener('abort', onAbort);
    work.catch(() => {});
    expired.catch(() => {});
  }
}

/** `1500` as `1.5 s`. */
export function describeDuration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(1))} s`;
}
