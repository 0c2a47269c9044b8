import { EventEmitter } from 'node:events';
import type { LedState } from '../rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import { within } from '../rfb/session/deadline.ts';
import type { SessionEvents } from '../rfb/session/receiver.ts';
import type { Session, WaitForEventOptions, WaitOptions } from '../rfb/session/session.ts';
import { describeAddress } from '../transports/index.ts';
import type { OnActivity } from './activity.ts';
import { readClipboard, sendClipboard } from './clipboard.ts';
import { ConsoleScreen, type ReadingOptions } from './console-screen.ts';
import { encodeImage, type ImageFormat } from './image-file.ts';
import { Keyboard, type TypeOptions } from './keyboard.ts';
import { Line } from './line.ts';
import { type LineToOptions, openLine } from './open-line.ts';
import type { Picture } from './picture.ts';
import { Pointer } from './pointer.ts';
import { DEFAULT_UNTIL_TIMEOUT_MS, type PressedUntil, type PressUntilOptions, pressUntil } from './press-until.ts';
import { captureSettled, type SettleOptions } from './settle.ts';
import { openTrace } from './trace/open-trace.ts';
import type { Trace } from './trace/trace.ts';
import { RELEASE_TIMEOUT_MS } from './turns.ts';
import { typeVerified } from './verified-typing/type-verified.ts';
import type { TypingReport } from './verified-typing/verifying-typist.ts';
import type { Condition } from './waiting/condition.ts';

export interface ConnectOptions extends LineToOptions, ReadingOptions {
  /** Leaves a record: a new folder, written until the console is closed, or a `Trace` of yours. */
  readonly trace?: string | Trace | undefined;
}

export interface ConsoleOptions extends ReadingOptions {
  /** Told of what is done with the console and of what is seen on it. */
  readonly onActivity?: OnActivity | undefined;
  /** Runs when the console is being closed, while the session is still there. */
  readonly onClosing?: (() => Promise<void>) | undefined;
  /** Runs when it is closed. */
  readonly onClosed?: (() => Promise<void>) | undefined;
}

export interface ScreenshotOptions extends SettleOptions {
  /** Default `png`. */
  readonly format?: ImageFormat | undefined;
}

export interface UntilOptions extends PressUntilOptions {
  /** For the condition to hold, in milliseconds. Default 60 000. */
  readonly timeoutMs?: number | undefined;
}

export interface PasteOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to the console at `address` (every form of docs/addresses.md).
 * @throws UsageError · ConnectionError · AuthenticationError · ProtocolError · UnsupportedError · TimeoutError · the reason
 *   of an aborted `signal`
 */
export async function connect(address: string, options: ConnectOptions = {}): Promise<Console> {
  if (options.trace === undefined) return new Console(await openLine(address, options), readingOf(options));
  const { onLog } = options;
  const { trace, owned } = await openTrace(options.trace, describeAddress(address));
  try {
    const line = await openLine(address, {
      ...options,
      onLog(event) {
        onLog?.(event);
        trace.onLog(event);
      },
    });
    const following = trace.follow(line);
    await following.begun;
    return new Console(line, {
      ...readingOf(options),
      onActivity: trace.onActivity,
      onClosing: () => following.stop(),
      ...(owned && { onClosed: () => trace.close() }),
    });
  } catch (error) {
    if (owned) {
      trace.failed(error);
      await trace.close();
    }
    throw error;
  }
}

function readingOf({ fonts, reader }: ReadingOptions): ReadingOptions {
  return { fonts, reader };
}

/** What a console tells its listeners. `session` has more events, nearer to the wire. */
export type ConsoleEvents = Pick<
  SessionEvents,
  'bell' | 'cutText' | 'resize' | 'desktopName' | 'ledState' | 'closed'
> & {
  /** A wait has found the connection lost, and tries for another. */
  reconnecting: [lost: Error];
  /** It has another: `session` is a new one, on which nothing is held down. */
  reconnected: [];
};

/**
 * A connected console: what a person in front of it would do. `await using` closes it.
 *
 * Every call takes a `signal`; an aborted call rejects with the signal's reason once it has let go of keys and buttons. When
 * the session ends, whatever is under way rejects with the reason; a wait for something on the screen goes on with another session.
 */
export class Console extends EventEmitter<ConsoleEvents> implements AsyncDisposable {
  readonly #line: Line;
  readonly keyboard: Keyboard;
  readonly pointer: Pointer;
  readonly screen: ConsoleScreen;
  readonly #options: ConsoleOptions;
  #closing: Promise<void> | undefined;

  constructor(source: Session | Line, options: ConsoleOptions = {}) {
    super();
    const { onActivity } = options;
    this.#line = Line.of(source);
    const { session } = this;
    this.#options = options;
    this.keyboard = new Keyboard(session, { onActivity });
    this.pointer = new Pointer(session, { keyboard: this.keyboard, onActivity });
    this.screen = new ConsoleScreen(this.#line, { onActivity, ...readingOf(options) });
    this.#passOn(session);
    this.#line
      .on('reconnecting', (lost) => this.emit('reconnecting', lost))
      .on('restored', (next, lost) => this.#goOn(next, lost));
  }

  /** The one that there is now: a wait that restores a connection puts another in its place. */
  get session(): Session {
    return this.#line.session;
  }

  /** Of the screen, in pixels. */
  get width(): number {
    return this.session.framebuffer.width;
  }

  get height(): number {
    return this.session.framebuffer.height;
  }

  get desktopName(): string {
    return this.session.state.desktopName;
  }

  /** The lock keys' lights; undefined until the server has told, if it ever does. */
  get ledState(): LedState | undefined {
    return this.session.state.ledState;
  }

  /** What was copied on the server last: undefined until the server has told. `cutText` tells when it changes. */
  get clipboard(): string | undefined {
    return this.session.state.clipboard;
  }

  /**
   * Resolves with what the next `event` brings, as a list. Listens from the call on: call it before what causes the event.
   * @throws TimeoutError
   */
  async waitForEvent<E extends keyof ConsoleEvents & keyof SessionEvents>(
    event: E,
    options?: WaitForEventOptions<E>,
  ): Promise<SessionEvents[E]> {
    return await this.session.waitForEvent(event, options);
  }

  /** The screen as raw pixels: every one painted by an update that followed this call; on request, once it stands still. */
  async capture(options?: SettleOptions): Promise<Picture> {
    const { onActivity } = this.#options;
    const picture = await captureSettled(this.#line, { onActivity, ...options });
    onActivity?.({ type: 'captured', picture, region: options?.region });
    return picture;
  }

  /** The screen as a picture file. */
  async screenshot({ format = 'png', ...options }: ScreenshotOptions = {}): Promise<Uint8Array> {
    return encodeImage(await this.capture(options), format);
  }

  /**
   * Types as `keyboard.type` does, and looks after each few words what a screen of text shows of them: what is wrong is deleted
   * and typed again, slower. Nothing is corrected once Enter was pressed.
   * @throws ActionError `ACTION_FAILED` when the screen has no text, shows nothing of it (passwords), or it does not come right;
   *   what was typed until then is there · as `keyboard.type` does
   */
  async typeVerified(text: string, options?: TypeOptions): Promise<TypingReport> {
    return await typeVerified(this, text, options);
  }

  /**
   * Presses chords (see `Keyboard.press`) again and again until the screen shows what is waited for: not once when it does
   * already. A press that has begun is finished.
   * @throws WaitTimeoutError with what was seen · as `Keyboard.press` does
   */
  async pressUntil(
    chords: string | readonly string[],
    condition: Condition,
    { timeoutMs = DEFAULT_UNTIL_TIMEOUT_MS, ...options }: UntilOptions = {},
  ): Promise<PressedUntil> {
    const wait: Parameters<typeof pressUntil>[2] = (stop) => this.screen.waitFor(condition, { timeoutMs, ...stop });
    return await pressUntil(this.keyboard, chords, wait, options);
  }

  /**
   * Sets the server's clipboard. Resolves when the server has consumed it; what it does with it is its own affair: QEMU without an
   * agent in the guest and most firmware have no clipboard. False where the server was only told of a text, which it fetches when it
   * likes and forgets with this session, as TigerVNC does: `cutTextTaken` of the session tells when it was fetched.
   * @throws UnsupportedError for a character that is not in Latin-1, on a server that takes no other
   */
  async paste(text: string, { signal }: PasteOptions = {}): Promise<boolean> {
    this.#options.onActivity?.({ type: 'pasting', characters: [...text].length });
    const taken = await sendClipboard(this.session, text, { signal });
    await this.session.barrier({ signal });
    return taken;
  }

  /**
   * What is on the server's clipboard: what it has told, or says when it is asked, within 3 s by default.
   * @throws UnsupportedError where it cannot be asked · ActionError where it has none · TimeoutError
   */
  async readClipboard(options?: WaitOptions): Promise<string> {
    return await readClipboard(this.session, options);
  }

  /** A line for the record, where a trace keeps one. */
  note(text: string): void {
    this.#options.onActivity?.({ type: 'note', text });
  }

  /** Keeps a text out of the words of the record, even where the screen shows it; pictures are as they are. */
  keepSecret(text: string): void {
    this.#options.onActivity?.({ type: 'secret', text });
  }

  /** Releases keys and buttons, then closes. Idempotent; nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #passOn(session: Session): void {
    session
      .on('bell', () => this.emit('bell'))
      .on('cutText', (text) => this.emit('cutText', text))
      .on('resize', (width, height) => this.emit('resize', width, height))
      .on('desktopName', (name) => this.emit('desktopName', name))
      .on('ledState', (state) => this.emit('ledState', state))
      .on('closed', (error) => this.emit('closed', error));
  }

  #goOn(session: Session, lost: Session): void {
    this.keyboard.attach(session);
    this.pointer.attach(session);
    this.#passOn(session);
    this.emit('reconnected');
    const { width, height } = session.framebuffer;
    if (width !== lost.framebuffer.width || height !== lost.framebuffer.height) this.emit('resize', width, height);
  }

  async #close(): Promise<void> {
    if (!this.session.ended) await this.#letGo();
    await this.#options.onClosing?.();
    await this.#line.close();
    await this.#options.onClosed?.();
  }

  async #letGo(): Promise<void> {
    const released = Promise.allSettled([this.keyboard.releaseAll(), this.pointer.releaseAll()]);
    const describe = () => 'a server that reads nothing any more cannot be told';
    await within(released, { timeoutMs: RELEASE_TIMEOUT_MS, describe }).catch(() => {});
  }
}
