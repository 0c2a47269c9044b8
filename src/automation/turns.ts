import { ActionError } from '../rfb/errors.ts';

/** Runs actions one after another, so that the events of two never mix. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #interruption = new AbortController();

  async take(signal: AbortSignal | undefined, action: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const interruption = this.#interruption.signal;
    const stop = signal ? AbortSignal.any([signal, interruption]) : interruption;
    const turn = this.#last.then(() => {
      stop.throwIfAborted();
      return action(stop);
    });
    this.#last = turn.catch(() => {});
    await turn;
  }

  /** Ends the action that runs and those that wait with an ActionError. Resolves when they have cleaned up. */
  async interrupt(): Promise<void> {
    this.#interruption.abort(new ActionError('ACTION_FAILED', 'interrupted: everything that was held is released'));
    this.#interruption = new AbortController();
    await this.#last;
  }
}
