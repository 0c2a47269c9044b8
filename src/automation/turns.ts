import { ActionError } from '../rfb/errors.ts';
import { describeDuration, within } from '../rfb/session/deadline.ts';

/** For letting go of what is held after a failure: a server that reads nothing any more must not hold us. */
export const RELEASE_TIMEOUT_MS = 2000;

/** Runs actions one after another, so that the events of two never mix. */
export class Turns {
  readonly #lifetime: AbortSignal[];
  #last: Promise<unknown> = Promise.resolve();
  #interruption = new AbortController();

  /** `lifetime` aborts whatever runs and waits, for good. */
  constructor(lifetime?: AbortSignal) {
    this.#lifetime = lifetime ? [lifetime] : [];
  }

  /** An action that is aborted before its turn does not wait for it. */
  async take(signal: AbortSignal | undefined, action: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = AbortSignal.any([...(signal ? [signal] : []), ...this.#lifetime, this.#interruption.signal]);
    const describe = (waitedMs: number) =>
      `not begun within ${describeDuration(waitedMs)}: another action was going on`;
    const turn = within(this.#last, { signal: stop, describe }).then(() => {
      stop.throwIfAborted();
      return action(stop);
    });
    this.#last = Promise.allSettled([this.#last, turn]);
    await turn;
  }

  /** Ends the action that runs and those that wait with an ActionError. Resolves when they have cleaned up. */
  async interrupt(): Promise<void> {
    this.#interruption.abort(new ActionError('ACTION_FAILED', 'interrupted: everything that was held is released'));
    this.#interruption = new AbortController();
    await this.#last;
  }
}
