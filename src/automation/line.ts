import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionError, RfbError, TimeoutError } from '../rfb/errors.ts';
import { within } from '../rfb/session/deadline.ts';
import type { Log } from '../rfb/session/log-event.ts';
import type { Session } from '../rfb/session/session.ts';

/** Opens another session like the one that was lost. */
export type Reopen = (signal: AbortSignal) => Promise<Session>;

export interface LineOptions {
  /** Left out: a line that is lost stays lost. */
  readonly reopen?: Reopen | undefined;
  readonly onLog?: Log | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

export interface LineEvents {
  /** A connection was lost, and another is being tried for. */
  reconnecting: [lost: Error];
  /** There is a session again. Whatever was held down on the one that was lost is not. */
  restored: [session: Session, lost: Session];
}

/** From one attempt to the next: none before the first, then growing. */
const FIRST_PAUSE_MS = 250;
const LAST_PAUSE_MS = 5000;

/** A session that lasted so long was a success: the next loss begins without a pause again. */
const STEADY_MS = 10_000;

/** An attempt that goes on for as long as somebody waits for it. */
interface Restoration {
  readonly done: Promise<void>;
  readonly stop: AbortController;
  waiting: number;
}

/**
 * The session that there is to a console, one after another: when a connection is lost, whoever waits may have it restored.
 * Nothing dials by itself: it is a wait's deadline that bounds how long is tried.
 */
export class Line extends EventEmitter<LineEvents> {
  readonly #options: LineOptions;
  readonly #closing = new AbortController();
  #session: Session;
  #since = performance.now();
  #restoration: Restoration | undefined;
  /** Since a session was steady. */
  #attempts = 0;
  #failure: Error | undefined;

  constructor(session: Session, options: LineOptions = {}) {
    super();
    this.setMaxListeners(0);
    this.#session = session;
    this.#options = options;
  }

  /** A session alone is a line that stays lost. */
  static of(source: Session | Line): Line {
    return source instanceof Line ? source : new Line(source);
  }

  /** The newest; it may have ended. */
  get session(): Session {
    return this.#session;
  }

  get name(): string {
    return this.#session.name;
  }

  /** What became of the attempts so far, while there is no session: for the message when time is up. */
  get outage(): string | undefined {
    const { ended } = this.#session;
    if (!ended || this.#attempts === 0) return undefined;
    const attempts = `${this.#attempts} ${this.#attempts === 1 ? 'attempt' : 'attempts'} to reconnect`;
    return `the connection was lost (${ended.message})${this.#failure ? `, ${attempts} failed: ${this.#failure.message}` : ''}`;
  }

  /**
   * Resolves when there is a session after `lost`, which is dialled for with growing pauses until `signal` aborts. Those who
   * wait at the same time share the attempts.
   * @throws why `lost` ended, where no other may follow · AuthenticationError · ConnectionError `TLS_UNTRUSTED` · all else that
   *   another attempt would not change
   */
  async restored(lost: Session, signal: AbortSignal): Promise<void> {
    if (lost !== this.#session) return;
    this.#closing.signal.throwIfAborted();
    if (!this.#options.reopen || !mayReturn(lost.ended)) throw lost.ended;
    this.#restoration ??= this.#begin(lost, lost.ended, this.#options.reopen);
    const restoration = this.#restoration;
    restoration.waiting++;
    try {
      await within(restoration.done, { signal, describe: () => `${this.name}: ${this.outage}` });
    } finally {
      restoration.waiting--;
      if (restoration.waiting === 0) this.#end(restoration);
    }
  }

  /** Resolves when somebody else has a session restored after `lost`. @throws why `lost` ended, where none may follow */
  async next(lost: Session, signal: AbortSignal): Promise<void> {
    if (lost !== this.#session) return;
    if (!this.#options.reopen || !mayReturn(lost.ended)) throw lost.ended;
    await once(this, 'restored', { signal });
  }

  /** Closes the session; there is no other after it. */
  async close(): Promise<void> {
    this.#closing.abort(new ConnectionError('CLOSED', `${this.name}: the session was closed`, { phase: 'close' }));
    await this.#session.close();
  }

  #begin(lost: Session, why: Error, reopen: Reopen): Restoration {
    const stop = new AbortController();
    const done = this.#restore(lost, why, reopen, AbortSignal.any([stop.signal, this.#closing.signal]));
    const restoration = { done, stop, waiting: 0 };
    done.catch(() => this.#end(restoration));
    return restoration;
  }

  #end(restoration: Restoration): void {
    restoration.stop.abort();
    if (this.#restoration === restoration) this.#restoration = undefined;
  }

  async #restore(lost: Session, why: Error, reopen: Reopen, signal: AbortSignal): Promise<void> {
    const { onLog, onWarning } = this.#options;
    const started = performance.now();
    if (started - this.#since > STEADY_MS) this.#attempts = 0;
    this.#failure = undefined;
    onWarning?.(`reconnecting: ${why.message}`);
    this.emit('reconnecting', why);
    for (let reason = why; ; ) {
      const afterMs = pauseMs(this.#attempts++);
      onLog?.({ type: 'reconnecting', attempt: this.#attempts, afterMs, reason });
      await sleep(afterMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      try {
        const session = await reopen(signal);
        if (!signal.aborted) return this.#adopt(session, lost, started);
        await session.close();
      } catch (error) {
        if (!signal.aborted && !mayBeStarting(error) && !(error instanceof TimeoutError)) throw foretold(error);
        reason = this.#failure = error as Error;
      }
      signal.throwIfAborted();
    }
  }

  #adopt(session: Session, lost: Session, started: number): void {
    this.#session = session;
    this.#since = performance.now();
    this.#options.onLog?.({ type: 'reconnected', milliseconds: Math.round(this.#since - started) });
    this.emit('restored', session, lost);
  }
}

/** Whether dialling again may help: the machine or its network may be on their way. */
export function mayBeStarting(error: unknown): error is Error {
  if (error instanceof ConnectionError) return error.code !== 'TLS_UNTRUSTED' && error.code !== 'SERVER_KEY_UNTRUSTED';
  return error instanceof TimeoutError && (error.phase === 'connect' || error.phase === 'greeting');
}

/** Whether what has ended a session may have left the machine as it was: neither we ended it, nor a server that talks nonsense. */
function mayReturn(ended: Error | undefined): ended is Error {
  return ended instanceof TimeoutError || (ended instanceof ConnectionError && ended.code === 'CONNECTION_LOST');
}

function pauseMs(attempts: number): number {
  return attempts === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), LAST_PAUSE_MS);
}

/** Says why anybody connected. */
function foretold(error: unknown): unknown {
  if (error instanceof RfbError) error.message = `reconnecting, as the connection was lost: ${error.message}`;
  return error;
}
