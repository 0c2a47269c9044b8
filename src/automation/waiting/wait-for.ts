import { TimeoutError } from '../../rfb/errors.ts';
import { describeDuration, within } from '../../rfb/session/deadline.ts';
import type { Session } from '../../rfb/session/session.ts';
import type { OnActivity, Sight, WaitResult } from '../activity.ts';
import { Line } from '../line.ts';
import type { Picture } from '../picture.ts';
import { ScreenWatch } from '../screen-watch.ts';
import type { ScreenReader } from '../text/screen-text.ts';
import type { Condition, Verdict } from './condition.ts';

export interface WaitForOptions {
  /** Milliseconds; default 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What text is read by, where the condition has none of its own. */
  readonly reader?: ScreenReader | undefined;
  /** Told of every look. */
  readonly onLook?: ((verdict: Verdict, picture: Picture) => void) | undefined;
  /** Told of the wait as of everything else that is done with a console. */
  readonly onActivity?: OnActivity | undefined;
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
  readonly last: Sight;
  /** The look with the highest score. */
  readonly best: Sight;
}

/** A condition that did not come to hold in time. */
export class WaitTimeoutError extends TimeoutError {
  // Private, as what prints an error prints all that can be enumerated: millions of pixels.
  readonly #evidence: WaitEvidence | undefined;

  constructor(message: string, evidence: WaitEvidence | undefined, options?: ErrorOptions) {
    super(message, options);
    this.#evidence = evidence;
  }

  /** Undefined when not even the first picture arrived. */
  get evidence(): WaitEvidence | undefined {
    return this.#evidence;
  }
}

const DEFAULT_TIMEOUT_MS = 30_000;

/**
 * Looks at the screen now and after each change until the condition holds: one deadline, no polling. A connection that is lost
 * is restored, where the line allows it, and what is waited for stays the same.
 * @throws WaitTimeoutError with what was seen · as `capture` and `Line.restored` do
 */
export async function waitFor(
  source: Session | Line,
  condition: Condition,
  options: WaitForOptions = {},
): Promise<Met> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal, onActivity } = options;
  const task = { condition: condition.name, timeoutMs };
  const onLook: WaitForOptions['onLook'] = (verdict, picture) => {
    options.onLook?.(verdict, picture);
    onActivity?.({ type: 'look', wait: task, verdict, picture });
  };
  const wait = new Wait(Line.of(source), condition, onLook, options.reader);
  const stop = new AbortController();
  const started = performance.now();
  const tell = (result: Omit<WaitResult, 'milliseconds'>) =>
    onActivity?.({ type: 'waited', wait: task, result: { ...result, milliseconds: performance.now() - started } });
  onActivity?.({ type: 'waiting', wait: task });
  try {
    const running = wait.run(signal ? AbortSignal.any([signal, stop.signal]) : stop.signal);
    const met = await within(running, { timeoutMs, signal, describe: (waitedMs) => wait.describe(waitedMs) });
    tell({ outcome: 'met', last: met });
    return met;
  } catch (cause) {
    const inVain = cause instanceof TimeoutError;
    const error = inVain ? new WaitTimeoutError(cause.message, wait.evidence, { cause: cause.cause }) : cause;
    tell({ outcome: inVain ? 'timedOut' : 'failed', ...wait.evidence, ...(error instanceof Error && { error }) });
    throw error;
  } finally {
    stop.abort();
  }
}

class Wait {
  readonly #line: Line;
  readonly #condition: Condition;
  readonly #onLook: NonNullable<WaitForOptions['onLook']>;
  readonly #reader: ScreenReader | undefined;
  readonly #started = performance.now();
  #first: Picture | undefined;
  #last: WaitEvidence['last'] | undefined;
  #best: WaitEvidence['best'] | undefined;

  constructor(
    line: Line,
    condition: Condition,
    onLook: NonNullable<WaitForOptions['onLook']>,
    reader: ScreenReader | undefined,
  ) {
    this.#line = line;
    this.#condition = condition;
    this.#onLook = onLook;
    this.#reader = reader;
  }

  get evidence(): WaitEvidence | undefined {
    if (!this.#last || !this.#best) return undefined;
    return { condition: this.#condition.name, last: this.#last, best: this.#best };
  }

  async run(signal: AbortSignal): Promise<Met> {
    for (;;) {
      const { session } = this.#line;
      try {
        return await this.#watch(session, signal);
      } catch (error) {
        if (error !== session.ended || signal.aborted) throw error;
        await this.#line.restored(session, signal);
      }
    }
  }

  async #watch(session: Session, signal: AbortSignal): Promise<Met> {
    using watch = await ScreenWatch.start(session, { timeoutMs: Number.POSITIVE_INFINITY, signal });
    // What was there when the wait began, even if another session showed it.
    const unbrokenSinceMs = this.#first ? performance.now() - this.#started : 0;
    this.#first ??= watch.picture;
    const first = this.#first;
    for (;;) {
      const { picture } = watch;
      const nowMs = performance.now() - this.#started;
      const { pixelFormat } = session.state;
      const reader = this.#reader;
      const verdict = await this.#condition.look({ picture, first, nowMs, unbrokenSinceMs, pixelFormat, reader });
      this.#last = { verdict, picture };
      if (!this.#best || verdict.score > this.#best.verdict.score) this.#best = this.#last;
      this.#onLook(verdict, picture);
      if (verdict.holds) return { verdict, picture, milliseconds: nowMs };
      await watch.changed(verdict.againInMs ?? Number.POSITIVE_INFINITY);
    }
  }

  describe(waitedMs: number): string {
    const { name, outage } = this.#line;
    const lost = outage === undefined ? '' : `; ${outage}`;
    const waited = `${name}: waited ${describeDuration(waitedMs)} in vain for ${this.#condition.name}`;
    if (!this.#last || !this.#best) return `${waited}: no complete picture came${lost}`;
    const { last, best } = { last: this.#last.verdict, best: this.#best.verdict };
    const nearer = best.score > last.score ? `; the best before was ${best.seen}` : '';
    return `${waited}: ${last.seen}${nearer}${lost}`;
  }
}
