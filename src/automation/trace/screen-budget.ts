export interface TraceLimits {
  /** Of the pictures in a trace. Default 600. */
  readonly maxScreens?: number | undefined;
  /** Of all their files. Default 32 MiB. */
  readonly maxBytes?: number | undefined;
}

/** Between two pictures of a screen that changes all the time; doubles after each hundred of them. */
const FIRST_INTERVAL_MS = 250;
const SCREENS_AN_INTERVAL = 100;

const DEFAULT_MAX_SCREENS = 600;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** What ends a wait or a command is kept beyond the limits, this much beyond. */
const RESERVE = 1.25;

/** Decides which screens are kept, so that an animated one fills no disk. */
export class ScreenBudget {
  readonly #maxScreens: number;
  readonly #maxBytes: number;
  /** Told of what is left out from now on. */
  readonly #onLimit: (text: string) => void;
  #screens = 0;
  #bytes = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #intervalMs = FIRST_INTERVAL_MS;
  #full = false;

  constructor({ maxScreens, maxBytes }: TraceLimits, onLimit: (text: string) => void) {
    this.#maxScreens = maxScreens ?? DEFAULT_MAX_SCREENS;
    this.#maxBytes = maxBytes ?? DEFAULT_MAX_BYTES;
    this.#onLimit = onLimit;
  }

  /** How long to leave a changing screen alone. */
  get intervalMs(): number {
    return this.#intervalMs;
  }

  /** Whether no screen is kept any more but for what ends something. */
  get isFull(): boolean {
    return this.#full;
  }

  /** Whether a screen may be kept now: there is room, and the one before is old enough. */
  admits(nowMs: number): boolean {
    if (this.#full || nowMs - this.#lastMs < this.#intervalMs) return false;
    if (this.#screens >= this.#maxScreens || this.#bytes >= this.#maxBytes) {
      this.#full = true;
      const limit = this.#screens >= this.#maxScreens ? `${this.#maxScreens} pictures` : `${this.#maxBytes} bytes`;
      this.#onLimit(`the trace has ${limit} of screens, the limit: from here on only what ends a wait or the session`);
      return false;
    }
    this.#lastMs = nowMs;
    return true;
  }

  /** Whether there is room for what is kept in any case. */
  get hasReserve(): boolean {
    return this.#screens < this.#maxScreens * RESERVE && this.#bytes < this.#maxBytes * RESERVE;
  }

  kept(bytes: number): void {
    if (bytes === 0) return;
    this.#bytes += bytes;
    this.#screens++;
    if (this.#screens % SCREENS_AN_INTERVAL !== 0) return;
    this.#intervalMs *= 2;
    this.#onLimit(`${this.#screens} pictures of screens: from here on at most one in ${this.#intervalMs / 1000} s`);
  }
}
