import { MAX_TIMER_MS } from '../rfb/session/deadline.ts';

/** Time, as far as input needs it; tests bring their own. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** May resolve early or late; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
        Math.min(ms, MAX_TIMER_MS),
      );
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};

/** Spaces events on an absolute schedule. */
export class Pace {
  readonly #clock: Clock;
  #due = Number.NEGATIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** Waits as `send` does, for an event that something else sends. */
  async pass(afterMs: number): Promise<void> {
    await this.send(afterMs, async () => {});
  }

  /** Waits until `afterMs` after the event before, then sends. Rejects unsent when `signal` aborts. */
  async send(afterMs: number, send: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const slack = slackMs(afterMs);
    const due = Math.max(this.#due + afterMs, this.#sentAt + afterMs - slack);
    for (let left = due - this.#clock.now(); left > 0; left = due - this.#clock.now()) {
      await this.#clock.sleep(left, signal);
    }
    signal?.throwIfAborted();
    const now = this.#clock.now();
    this.#due = now - due > slack ? now : due;
    try {
      await send();
    } finally {
      // A slow connection takes its time: the next event keeps its distance from when this one was accepted.
      this.#sentAt = this.#clock.now();
    }
  }
}

/**
 * How much nearer than planned an event may follow one that was late: enough for timers, which are always a little late, to
 * cost no speed. Time lost beyond that stays lost, because a burst is what guests drop.
 */
export function slackMs(afterMs: number): number {
  return Math.min(afterMs / 4, 5);
}
