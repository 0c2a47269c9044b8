import { TimeoutError } from '../../rfb/errors.ts';
import { describeDuration, within } from '../../rfb/session/deadline.ts';
import type { Session } from '../../rfb/session/session.ts';
import type { Picture } from '../picture.ts';
import { ScreenWatch } from '../screen-watch.ts';
import type { Condition, Verdict } from './condition.ts';

export interface WaitForOptions {
  /** Milliseconds; default 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of every look. */
  readonly onLook?: ((verdict: Verdict, picture: Picture) => void) | undefined;
}

/** A condition that came to hold, and the screen on which it did. */
export interface Met {
  readonly verdict: Verdict;
  readonly picture: Picture;
  /** Since the wait began. */
  readonly milliseconds: number;
}

/** What a wait in vain leaves. */
export interface WaitEvidence {
  readonly condition: string;
  readonly last: { readonly verdict: Verdict; readonly picture: Picture };
  /** The look with the highest score. */
  readonly best: { readonly verdict: Verdict; readonly picture: Picture };
}

/** A condition that did not come to hold in time. */
export class WaitTimeoutError extends TimeoutError {
  /** Undefined when not even the first picture arrived. */
  readonly evidence: WaitEvidence | undefined;

  constructor(message: string, evidence: WaitEvidence | undefined, options?: ErrorOptions) {
    super(message, options);
    this.evidence = evidence;
  }
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Looks at the screen now and after each change until the condition holds: one deadline, no polling.
 * @throws WaitTimeoutError with what was seen · as `capture` does
 */
export async function waitFor(session: Session, condition: Condition, options: WaitForOptions = {}): Promise<Met> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const wait = new Wait(session, condition, options);
  const stop = new AbortController();
  try {
    const met = wait.run(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
    return await within(met, { timeoutMs, signal, describe: (waitedMs) => wait.describe(waitedMs) });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new WaitTimeoutError(error.message, wait.evidence, { cause: error.cause });
  } finally {
    stop.abort();
  }
}

class Wait {
  readonly #session: Session;
  readonly #condition: Condition;
  readonly #options: WaitForOptions;
  #last: WaitEvidence['last'] | undefined;
  #best: WaitEvidence['best'] | undefined;

  constructor(session: Session, condition: Condition, options: WaitForOptions) {
    this.#session = session;
    this.#condition = condition;
    this.#options = options;
  }

  get evidence(): WaitEvidence | undefined {
    if (!this.#last || !this.#best) return undefined;
    return { condition: this.#condition.name, last: this.#last, best: this.#best };
  }

  async run(signal: AbortSignal): Promise<Met> {
    const started = performance.now();
    using watch = await ScreenWatch.start(this.#session, { timeoutMs: Number.POSITIVE_INFINITY, signal });
    const first = watch.picture;
    for (;;) {
      const { picture } = watch;
      const nowMs = performance.now() - started;
      const verdict = await this.#condition.look({ picture, first, nowMs });
      this.#last = { verdict, picture };
      if (!this.#best || verdict.score > this.#best.verdict.score) this.#best = this.#last;
      this.#options.onLook?.(verdict, picture);
      if (verdict.holds) return { verdict, picture, milliseconds: nowMs };
      await watch.changed(verdict.againInMs ?? Number.POSITIVE_INFINITY);
    }
  }

  describe(waitedMs: number): string {
    const { name } = this.#session;
    const waited = `${name}: waited ${describeDuration(waitedMs)} in vain for ${this.#condition.name}`;
    if (!this.#last || !this.#best) return `${waited}: no complete picture came`;
    const { last, best } = { last: this.#last.verdict, best: this.#best.verdict };
    const nearer = best.score > last.score ? `; the best before was ${best.seen}` : '';
    return `${waited}: ${last.seen}${nearer}`;
  }
}
