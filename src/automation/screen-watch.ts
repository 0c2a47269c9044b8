import { TimeoutError } from '../rfb/errors.ts';
import type { Session } from '../rfb/session/session.ts';
import { type CaptureOptions, capture } from './capture.ts';
import { type Picture, samePixels } from './picture.ts';

/** Follows a screen, or a region of it: driven by the server's updates, without polling. */
export class ScreenWatch implements Disposable {
  readonly #session: Session;
  readonly #options: CaptureOptions;
  #picture: Picture;
  /** What incremental updates bring is no longer the whole picture. */
  #stale = false;
  readonly #onStale = () => {
    this.#stale = true;
  };

  /** Begins with a complete picture. @throws as `capture` does */
  static async start(session: Session, options: CaptureOptions = {}): Promise<ScreenWatch> {
    return new ScreenWatch(session, options, await capture(session, options));
  }

  private constructor(session: Session, options: CaptureOptions, picture: Picture) {
    this.#session = session;
    this.#options = options;
    this.#picture = picture;
    session.on('resize', this.#onStale).on('stale', this.#onStale);
  }

  /** As it was at the start, or when `changed` last returned true. */
  get picture(): Picture {
    return this.#picture;
  }

  /**
   * Waits until the picture differs from the one before, `withinMs` at most: true, and `picture` is the new one, or false.
   * @throws what `capture` does, and why the session ended
   */
  async changed(withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    for (;;) {
      const news = await this.#look();
      if (news) {
        this.#picture = news;
        return true;
      }
      const leftMs = end - performance.now();
      if (!(leftMs > 0)) return false;
      await this.#update(leftMs);
    }
  }

  [Symbol.dispose](): void {
    this.#session.off('resize', this.#onStale).off('stale', this.#onStale);
  }

  /** The picture as it is now, if it is another. */
  async #look(): Promise<Picture | undefined> {
    if (this.#stale) {
      this.#stale = false;
      const now = await capture(this.#session, this.#options);
      return samePixels(now, this.#picture) ? undefined : now;
    }
    this.#session.assertOpen();
    const { framebuffer } = this.#session;
    const region = this.#options.region ?? framebuffer.bounds;
    if (framebuffer.shows(region, this.#picture.rgba)) return undefined;
    return { width: region.width, height: region.height, rgba: framebuffer.rgba(region), fresh: true };
  }

  /** The next update, or `leftMs` without one. */
  async #update(leftMs: number): Promise<void> {
    const { signal } = this.#options;
    const region = this.#options.region ?? this.#session.framebuffer.bounds;
    try {
      await Promise.all([
        this.#session.nextUpdate({ timeoutMs: leftMs, signal }),
        this.#session.requestUpdate(region, true),
      ]);
    } catch (error) {
      if (!(error instanceof TimeoutError) || signal?.aborted) throw error;
    }
  }
}
