import { ClientWatcher, formatWanted } from './client-watcher.ts';
import type { RecordedPiece, Recording } from './recording.ts';
import { StreamWatcher } from './stream-watcher.ts';

/** Plays a recording into a framebuffer, up to any time. */
export class Player implements AsyncDisposable {
  readonly watcher: StreamWatcher;
  readonly #pieces: AsyncIterator<RecordedPiece>;
  readonly #client: ClientWatcher;
  #next: RecordedPiece | undefined;
  #ms = 0;

  /** From the start, or from the last keyframe before `fromMs`. */
  constructor(recording: Recording, fromMs = 0) {
    const keyframe = recording.keyframes.findLast(({ ms }) => ms <= fromMs);
    this.watcher = new StreamWatcher(recording.name, { init: keyframe, security: recording.security });
    this.#client = new ClientWatcher(recording.name, keyframe ? 'messages' : 'version');
    this.#pieces = recording.pieces(keyframe)[Symbol.asyncIterator]();
  }

  /** The time of what was played last. */
  get ms(): number {
    return this.#ms;
  }

  /** When something more comes; undefined at the end. */
  async nextMs(): Promise<number | undefined> {
    this.#next ??= (await this.#pieces.next()).value as RecordedPiece | undefined;
    return this.#next?.ms;
  }

  /**
   * Plays what happened until then, that moment included.
   * @throws UsageError `BAD_RECORDING` · ProtocolError: what the server sent makes no sense
   */
  async advance(toMs: number): Promise<void> {
    for (let ms = await this.nextMs(); ms !== undefined && ms <= toMs; ms = await this.nextMs()) await this.step();
  }

  /** Plays the next piece; false at the end. */
  async step(): Promise<boolean> {
    if ((await this.nextMs()) === undefined || this.#next === undefined) return false;
    const piece = this.#next;
    this.#next = undefined;
    this.#ms = piece.ms;
    if (piece.from === 'server') await this.watcher.feed(piece.bytes);
    else {
      for (const message of await this.#client.take(piece.bytes)) {
        const format = formatWanted(message);
        if (format) this.watcher.setPixelFormat(format);
      }
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
    await Promise.all([this.watcher.close(), this.#client.close()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
