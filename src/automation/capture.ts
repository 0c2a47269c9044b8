import { ActionError } from '../rfb/errors.ts';
import { contains, describeRect, type Rect } from '../rfb/protocol/rect.ts';
import { describeDuration, within } from '../rfb/session/deadline.ts';
import type { Session } from '../rfb/session/session.ts';
import { Coverage } from './coverage.ts';
import type { Picture } from './picture.ts';

export interface CaptureOptions {
  /** Default: the whole screen. */
  readonly region?: Rect | undefined;
  /** Milliseconds; default 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT_MS = 30_000;

/** How long a server may leave a request unanswered before it is asked again; doubles each time, up to the last. */
const FIRST_PATIENCE_MS = 500;
const LAST_PATIENCE_MS = 8000;

/** After so many requests without any answer (3.5 s), a picture that came before is taken as unchanged. */
const UNANSWERED_REQUESTS = 3;

/** How long a screen that is too small for the region may take to grow: servers begin with 1x1, guests switch modes. */
export const GROWTH_PATIENCE_MS = 2000;

/**
 * A picture in which every pixel was painted by an update that followed the request: asks for all of it, and again for
 * what is missing, until nothing is. Starts over when the desktop is resized or its colour map changes in between. A server
 * that answers nothing, but has sent all of the picture before, ends it too: see `Picture.fresh`.
 * @throws TimeoutError saying how much had arrived · ActionError `ACTION_FAILED` when the region is off the screen
 */
export async function capture(session: Session, options: CaptureOptions = {}): Promise<Picture> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const attempt = new CaptureAttempt(session, options.region);
  try {
    const fresh = await within(attempt.run(), {
      timeoutMs,
      signal,
      describe: (waitedMs) => attempt.describeMissing(waitedMs),
    });
    const { width, height } = attempt.region;
    return { width, height, rgba: session.framebuffer.rgba(attempt.region), fresh };
  } finally {
    attempt.stop();
  }
}

class CaptureAttempt {
  readonly #session: Session;
  readonly #wanted: Rect | undefined;
  #coverage: Coverage;
  /** Whether the update that is arriving began after our request: only then do its rectangles count. */
  #counts = false;
  #updates = 0;
  #patienceMs = FIRST_PATIENCE_MS;
  /** Of our requests since the last update. */
  #unanswered = 0;
  #retry: NodeJS.Timeout | undefined;
  #growth: NodeJS.Timeout | undefined;
  #settle: { resolve(fresh: boolean): void; reject(error: unknown): void } | undefined;
  readonly #listeners = {
    updateBegin: () => {
      this.#counts = true;
    },
    painted: (rect: Rect) => {
      if (this.#counts) this.#coverage.add(rect);
    },
    update: () => this.#onUpdate(),
    resize: () => this.#restart(),
    stale: () => this.#restart(),
    closed: () => this.#settle?.reject(this.#session.ended),
  };

  constructor(session: Session, wanted: Rect | undefined) {
    this.#session = session;
    this.#wanted = wanted;
    this.#coverage = new Coverage(session.framebuffer.width, EMPTY);
  }

  get region(): Rect {
    return this.#wanted ?? this.#session.framebuffer.bounds;
  }

  /** Resolves with `Picture.fresh`. */
  async run(): Promise<boolean> {
    this.#session.assertOpen();
    const complete = new Promise<boolean>((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    for (const [event, listener] of Object.entries(this.#listeners))
      this.#session.on(event as never, listener as never);
    this.#restart();
    return complete;
  }

  stop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#growth);
    for (const [event, listener] of Object.entries(this.#listeners))
      this.#session.off(event as never, listener as never);
  }

  describeMissing(waitedMs: number): string {
    const { width, height } = this.#session.framebuffer;
    const percent = Math.floor(this.#coverage.share * 100);
    const seen =
      width * height === 0
        ? 'the screen has no pixels; is its display on?'
        : this.#updates === 0
          ? 'the server sent no update after the request'
          : `${percent} % of the pixels arrived in ${this.#updates} updates`;
    return `${this.#session.name}: no complete ${width}x${height} picture within ${describeDuration(waitedMs)}: ${seen}`;
  }

  #restart(): void {
    this.#coverage = new Coverage(this.#session.framebuffer.width, this.#onScreen ? this.region : EMPTY);
    // A resize inside an update: what the same update paints afterwards is the server's answer in the new size.
    this.#patienceMs = FIRST_PATIENCE_MS;
    clearTimeout(this.#growth);
    this.#growth = undefined;
    this.#ask(false);
  }

  /** Whether all of the region is; an empty screen has none. */
  get #onScreen(): boolean {
    const { bounds } = this.#session.framebuffer;
    return bounds.width * bounds.height > 0 && contains(bounds, this.region);
  }

  #onUpdate(): void {
    if (!this.#counts) return;
    this.#updates++;
    this.#unanswered = 0;
    if (!this.#onScreen) {
      this.#growth ??= setTimeout(() => this.#rejectRegion(), GROWTH_PATIENCE_MS);
      this.#ask(true);
    } else if (this.#coverage.complete) {
      this.#settle?.resolve(true);
    } else {
      // Incremental: the first request has marked everything as changed, and TigerVNC answers each full request with an
      // update of pseudo-rectangles alone that consumes it, so asking like that again would never get to the pixels.
      this.#ask(true);
    }
  }

  #rejectRegion(): void {
    const { width, height } = this.#session.framebuffer;
    // A screen without any pixel may yet get some: that is the deadline's to decide.
    if (width * height === 0) return;
    const message = `region ${describeRect(this.region)} is not on the ${width}x${height} screen`;
    this.#settle?.reject(new ActionError('ACTION_FAILED', `${this.#session.name}: ${message}`));
  }

  /** Asks for what is missing; after a while again, and in full, for servers that lose or ignore a request. */
  #ask(incremental: boolean): void {
    clearTimeout(this.#retry);
    const missing = this.#coverage.missingBounds();
    const request = missing.width > 0 ? missing : this.#session.framebuffer.bounds;
    if (request.width * request.height > 0) {
      this.#unanswered++;
      this.#session.requestUpdate(request, incremental).catch((error: unknown) => this.#settle?.reject(error));
    }
    this.#retry = setTimeout(() => {
      if (this.#updates === 0 && this.#unanswered >= UNANSWERED_REQUESTS && this.#paintedBefore()) {
        this.#settle?.resolve(false);
        return;
      }
      this.#patienceMs = Math.min(this.#patienceMs * 2, LAST_PATIENCE_MS);
      this.#ask(false);
    }, this.#patienceMs);
  }

  /** Whether an earlier update has painted every pixel of the region: those that none has are transparent. */
  #paintedBefore(): boolean {
    if (!this.#onScreen) return false;
    const { x, y, width, height } = this.region;
    const { framebuffer } = this.#session;
    for (let row = y; row < y + height; row++) {
      const at = row * framebuffer.width + x;
      if (framebuffer.pixels.subarray(at, at + width).includes(0)) return false;
    }
    return true;
  }
}

const EMPTY: Rect = { x: 0, y: 0, width: 0, height: 0 };
