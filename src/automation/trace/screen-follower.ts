import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../rfb/session/session.ts';
import { capture } from '../capture.ts';
import type { Line } from '../line.ts';
import type { Picture } from '../picture.ts';
import { ScreenWatch } from '../screen-watch.ts';

/** For the first picture, before anything is done, and for the last one, before the session is closed. */
const PATIENCE_MS = 1000;

export interface FollowOptions {
  /** False: only the last picture is taken. */
  readonly follow: boolean;
  /** Returns false when it came too early: it is shown again later, or what is there then. */
  onScreen(picture: Picture): boolean;
  /** The last picture: of a server that sends none any more, what it had sent. */
  onLast(picture: Picture): void;
  /** Between two looks at a screen that changes all the time. */
  intervalMs(): number;
}

/** Looks at a screen whenever it has changed, beside whatever else is done with the session. */
export class ScreenFollower {
  readonly #line: Line;
  readonly #options: FollowOptions;
  readonly #stop = new AbortController();
  readonly #following: Promise<void>;
  #begun = () => {};
  /** Resolves when there was a first picture; soon in any case. */
  readonly begun: Promise<void>;

  constructor(line: Line, options: FollowOptions) {
    this.#line = line;
    this.#options = options;
    // It ends when it is stopped, and when the session does for good: who uses the session is told why.
    this.#following = (options.follow ? this.#follow() : Promise.resolve())
      .catch(() => {})
      .finally(() => this.#begun());
    this.begun = new Promise((resolve) => {
      const timer = setTimeout(resolve, PATIENCE_MS);
      this.#begun = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#following;
    const { session } = this.#line;
    const { framebuffer } = session;
    const picture = await capture(session, { timeoutMs: PATIENCE_MS }).catch(() => undefined);
    if (picture) this.#options.onLast(picture);
    else if (framebuffer.width * framebuffer.height > 0) {
      const { width, height } = framebuffer;
      this.#options.onLast({ width, height, rgba: framebuffer.rgba(), fresh: false });
    }
  }

  async #follow(): Promise<void> {
    for (;;) {
      const { session } = this.#line;
      await this.#followSession(session).catch((error: unknown) => {
        if (error !== session.ended) throw error;
      });
      await this.#line.next(session, this.#stop.signal);
    }
  }

  async #followSession(session: Session): Promise<never> {
    const { signal } = this.#stop;
    using watch = await ScreenWatch.start(session, { timeoutMs: Number.POSITIVE_INFINITY, signal });
    for (;;) {
      const taken = this.#options.onScreen(watch.picture);
      this.#begun();
      await sleep(this.#options.intervalMs(), undefined, { signal });
      await watch.changed(taken ? Number.POSITIVE_INFINITY : 0);
    }
  }
}
