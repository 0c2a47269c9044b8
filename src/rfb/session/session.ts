import { EventEmitter } from 'node:events';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { ConnectionError, type Phase, RfbError, TimeoutError } from '../errors.ts';
import { ClipboardExchange, OWN_CAPS } from '../protocol/clipboard-exchange.ts';
import { type BytePipe, Connection } from '../protocol/connection.ts';
import { type EncodingName, encodings } from '../protocol/encodings/index.ts';
import { Framebuffer } from '../protocol/framebuffer.ts';
import { clientCutText } from '../protocol/messages/client-to-server/client-cut-text.ts';
import { clientFence } from '../protocol/messages/client-to-server/client-fence.ts';
import { framebufferUpdateRequest } from '../protocol/messages/client-to-server/framebuffer-update-request.ts';
import { keyEvent } from '../protocol/messages/client-to-server/key-event.ts';
import { pointerEvent } from '../protocol/messages/client-to-server/pointer-event.ts';
import { qemuExtendedKeyEvent } from '../protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { setDesktopSize } from '../protocol/messages/client-to-server/set-desktop-size.ts';
import { setEncodings } from '../protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../protocol/messages/client-to-server/set-pixel-format.ts';
import type { ClipboardMessage } from '../protocol/messages/clipboard-message.ts';
import {
  FENCE_BLOCK_AFTER,
  FENCE_BLOCK_BEFORE,
  FENCE_REQUEST,
  FENCE_SYNC_NEXT,
  type Fence,
} from '../protocol/messages/fence.ts';
import type { ClientMessage } from '../protocol/messages/message.ts';
import { type PixelFormatName, pixelFormats } from '../protocol/pixel-format.ts';
import { PixelReader } from '../protocol/pixel-reader.ts';
import { pseudoEncodings } from '../protocol/pseudo-encodings/index.ts';
import type { LedState } from '../protocol/pseudo-encodings/pseudo-encoding.ts';
import type { Rect } from '../protocol/rect.ts';
import { type SecurityTypeName, securityTypeNames } from '../protocol/security/index.ts';
import type { Credentials, CredentialsProvider, SecurityOptions } from '../protocol/security/security-type.ts';
import type { DecoderName, UpdateDecoder } from '../protocol/update-decoder.ts';
import { encodingTypes, plugsNamed } from './chosen-plugs.ts';
import { createUpdateDecoder } from './create-update-decoder.ts';
import { type Deadline, describeDuration, within } from './deadline.ts';
import { describeSilence } from './describe-silence.ts';
import { setDesktopSize as changeDesktopSize, type DesktopSize, requestDesktopSize } from './desktop-size.ts';
import { type Established, handshake } from './handshake.ts';
import { locateError } from './locate-error.ts';
import type { Log, LogEvent } from './log-event.ts';
import { RelativeMotion } from './pointer-motion.ts';
import { Receiver, type SessionEvents } from './receiver.ts';
import { logReceived } from './session-log.ts';
import type { Negotiated, SessionState } from './session-state.ts';
import { Stopwatch } from './stopwatch.ts';

export interface SessionOptions extends SecurityOptions {
  /** What the server wants to know, or a callback that is asked only when it wants it. */
  readonly credentials?: Credentials | CredentialsProvider | undefined;
  /** Whether others may stay connected; default true. */
  readonly shared?: boolean | undefined;
  /** The security types that may be used, most preferred first; default all. */
  readonly security?: readonly SecurityTypeName[] | undefined;
  /** The encodings to ask for, most preferred first; default all, in the registry's order. */
  readonly encodings?: readonly EncodingName[] | undefined;
  /** Default `rgbx8888`; `native` keeps the server's own. */
  readonly pixelFormat?: PixelFormatName | undefined;
  /** `client` (default): the server is asked not to paint the pointer. `server`: it paints it into the picture. */
  readonly cursor?: 'client' | 'server' | undefined;
  /** For the whole handshake, in milliseconds; default 10 000. The time that `credentials` takes does not count. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Default `core`, WebAssembly, where that is to be had; `reference` is plain TypeScript. */
  readonly decoder?: DecoderName | undefined;
  /** How long the server may take nothing of what we send before it counts as lost, in milliseconds; default 30 000. */
  readonly sendTimeoutMs?: number | undefined;
  /** Aborts connecting and the handshake. Once there is a session it has no effect: each call takes its own. */
  readonly signal?: AbortSignal | undefined;
  /** Told what is no error but worth a line. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Told what goes over the wire. */
  readonly onLog?: Log | undefined;
}

export interface SendOptions {
  /** Ends the wait, not the message: it is on its way. */
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions {
  /** Milliseconds; Infinity waits for ever. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WaitForEventOptions<E extends keyof SessionEvents> extends WaitOptions {
  /** Waits on while this says no. */
  readonly where?: ((...args: SessionEvents[E]) => boolean) | undefined;
}

const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;
const DEFAULT_SEND_TIMEOUT_MS = 30_000;
const DEFAULT_WAIT_TIMEOUT_MS = 30_000;

/** For the answer to a barrier: a server that reads at all answers within a frame or two. */
const DEFAULT_BARRIER_TIMEOUT_MS = 10_000;

/** A connection after ServerInit: sends client messages, keeps the framebuffer, tells listeners what arrives. */
export class Session extends EventEmitter<SessionEvents> implements AsyncDisposable {
  readonly established: Negotiated;
  /** Extended Clipboard, where the server has confirmed it: texts of every character. */
  readonly clipboard = new ClipboardExchange({
    send: (message) => this.#send(clientCutText, message),
    received: (text) => this.#receiver.cutText(text),
    notified: (hasText) => this.emit('cutTextNotify', hasText),
    taken: () => this.emit('cutTextTaken'),
  });
  readonly #receiver: Receiver;
  readonly #connection: Connection;
  readonly #lifetime = new AbortController();
  #ended: Error | undefined;
  readonly #log: Log | undefined;
  readonly #sendTimeoutMs: number;
  #nextFence = 0;
  readonly #relative = new RelativeMotion();
  #pointerModeKnown = false;
  #extensionsKnown = false;
  readonly #warn: (message: string) => void;

  /**
   * Shakes hands over `pipe` and sets pixel format and encodings. The session owns the pipe from here on.
   * @throws AuthenticationError · ConnectionError · ProtocolError · TimeoutError · UnsupportedError
   */
  static async open(pipe: BytePipe, options: SessionOptions = {}): Promise<Session> {
    const connection = new Connection(pipe);
    const timeoutMs = options.handshakeTimeoutMs ?? DEFAULT_HANDSHAKE_TIMEOUT_MS;
    let phase: Phase = 'greeting';
    const { credentials = {}, onLog: log } = options;
    const provide = typeof credentials === 'function' ? credentials : () => credentials;
    const asking = new Stopwatch();
    const updates = createUpdateDecoder(options.decoder);
    updates.catch(() => {});
    try {
      const types = encodingTypes(options);
      const securityNames = securityTypeNames.map((name) => ({ name }));
      if (options.security) plugsNamed('security type', options.security, securityNames);
      const establish = async () => {
        const established = await handshake(connection, {
          ...{ security: options.security, tls: options.tls, checkServerKey: options.checkServerKey },
          allowPlaintextPassword: options.allowPlaintextPassword,
          credentials: (wanted) => asking.time(() => provide(wanted)),
          shared: options.shared ?? true,
          warn: options.onWarning ?? (() => {}),
          onPhase: (next) => {
            phase = next;
          },
          log,
        });
        const session = new Session(established, await updates, options);
        const pixelFormat = session.#receiver.pixels.format;
        await session.#send(setPixelFormat, pixelFormat, {}, { type: 'pixelFormat', pixelFormat });
        await session.#sendEncodings(types);
        return session;
      };
      const session = await within(establish(), {
        timeoutMs,
        signal: options.signal,
        describe: (waitedMs) =>
          asking.running
            ? `the server waits for credentials, and none were given within ${describeDuration(waitedMs)}`
            : describeSilence(connection, phase, waitedMs),
        pausedMs: () => asking.milliseconds,
      });
      session.#start();
      return session;
    } catch (error) {
      await pipe.close();
      if (error instanceof RfbError) locateError(error, pipe.name, phase);
      throw error;
    }
  }

  private constructor({ connection, negotiated }: Established, updates: UpdateDecoder, options: SessionOptions) {
    super();
    // Every call that waits listens: many at once are no leak.
    this.setMaxListeners(0);
    this.established = negotiated;
    this.#connection = connection;
    this.#warn = options.onWarning ?? (() => {});
    this.#sendTimeoutMs = options.sendTimeoutMs ?? DEFAULT_SEND_TIMEOUT_MS;
    const { width, height, name, pixelFormat } = negotiated.server;
    const wanted = options.pixelFormat ?? 'rgbx8888';
    const pixels = new PixelReader(wanted === 'native' ? pixelFormat : pixelFormats[wanted]);
    this.#receiver = new Receiver(
      { updates, framebuffer: new Framebuffer(width, height, updates.allocate), pixels, desktopName: name },
      this,
      (fence) => this.#onFence(fence),
      (message) => this.#onClipboard(message),
    );
    if (updates.receiveBuffers) connection.pipe.receiveInto?.(updates.receiveBuffers);
    this.#log = options.onLog;
    if (this.#log) logReceived(this, this.#receiver.confirmed, this.#log);
  }

  /** Where the session leads, for messages. */
  get name(): string {
    return this.#connection.pipe.name;
  }

  get framebuffer(): Framebuffer {
    return this.#receiver.framebuffer;
  }

  get framebufferSize(): { readonly width: number; readonly height: number } {
    return this.#receiver.framebuffer;
  }

  /** What decodes its updates: `reference` also where `core` was asked for and is not to be had. */
  get decoder(): DecoderName {
    return this.#receiver.updates.name;
  }

  /** What the server has told so far: its clipboard, name, cursor, lock keys, extensions. */
  get state(): SessionState {
    return this.#receiver;
  }

  get extendedKeysConfirmed(): boolean {
    return this.#receiver.confirmed.has('qemu-extended-key-event');
  }

  get extendedMouseButtonsConfirmed(): boolean {
    return this.#receiver.confirmed.has('extended-mouse-buttons');
  }

  /** Aborts when the session ends; its reason is `ended`. */
  get lifetime(): AbortSignal {
    return this.#lifetime.signal;
  }

  /** Why the session is over, if it is: `CLOSED` when we closed it. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  /** FramebufferUpdateRequest; `incremental` asks only for what has changed since the last one. */
  async requestUpdate(rect: Rect, incremental: boolean, options?: SendOptions): Promise<void> {
    const event: LogEvent = { type: 'request', rect, incremental };
    await this.#send(framebufferUpdateRequest, { ...rect, incremental }, options, event);
  }

  /** SetEncodings. @throws UsageError `BAD_OPTION` */
  async setEncodings(encodings: Pick<SessionOptions, 'encodings' | 'cursor'>, options?: SendOptions): Promise<void> {
    await this.#sendEncodings(encodingTypes(encodings), options);
  }

  /** KeyEvent. */
  async sendKeyEvent(down: boolean, keysym: number, options?: SendOptions): Promise<void> {
    await this.#send(keyEvent, { down, keysym }, options);
  }

  /** QEMU Extended Key Event: only for a server that has confirmed it. */
  async sendExtendedKeyEvent(down: boolean, keysym: number, xtScancode: number, options?: SendOptions): Promise<void> {
    await this.#send(qemuExtendedKeyEvent, { down, keysym, xtScancode }, options);
  }

  /** Resolves when the server has had its chance to say that its guest has a relative mouse. */
  async pointerModeKnown(options?: WaitOptions): Promise<void> {
    if (this.#pointerModeKnown) return;
    await this.barrier(options);
    this.#pointerModeKnown = true;
  }

  /**
   * PointerEvent; bit 0 of the mask is button 1. Bits 7 and 8 only for a server that has confirmed them. A guest with a
   * relative mouse is sent the way to that pixel.
   */
  async sendPointerEvent(x: number, y: number, buttonMask: number, options?: SendOptions): Promise<void> {
    if (this.#receiver.absolutePointer) {
      this.#relative.forget();
      await this.#send(pointerEvent, { x, y, buttonMask }, options);
      return;
    }
    if (this.#relative.unknown) this.#warn(RELATIVE_POINTER);
    const coordinates = this.#relative.coordinates({ x, y }, this.framebuffer);
    for (const [i, place] of coordinates.entries()) {
      const mask = i + 1 === coordinates.length ? buttonMask : 0;
      await this.#send(pointerEvent, { ...place, buttonMask: mask }, options);
    }
  }

  /** ClientCutText: Latin-1 bytes, line ends as \n. */
  async sendCutText(text: Uint8Array, options?: SendOptions): Promise<void> {
    await this.#send(clientCutText, text, options);
  }

  /**
   * Resolves when the desktop has the new size, within 10 s by default.
   * @throws UnsupportedError · ActionError when the server refuses · TimeoutError when its guest does not follow
   */
  async setDesktopSize(size: DesktopSize, options?: WaitOptions): Promise<void> {
    await changeDesktopSize(this, size, options);
  }

  /** SetDesktopSize. Resolves with the status that answers it, of rfbproto. @throws UnsupportedError */
  async requestDesktopSize(size: DesktopSize, options: WaitOptions = {}): Promise<number> {
    return await requestDesktopSize(this, size, (message) => this.#send(setDesktopSize, message, options), options);
  }

  /**
   * Resolves when the server has consumed all that was sent before: by a Fence where it knows them, else by the update that
   * answers a request for one pixel. Waits for 10 s by default.
   */
  async barrier(options: WaitOptions = {}): Promise<void> {
    const wait = deadlineOf(options);
    const fenceKnown = () => this.#receiver.confirmed.has('fence');
    if (!fenceKnown() && (await this.#answeredPixel(wait, fenceKnown))) return;
    const payload = new Uint8Array(4);
    new DataView(payload.buffer).setUint32(0, this.#nextFence++);
    await Promise.all([
      this.#until('fence', (fence) => Buffer.compare(fence.payload, payload) === 0, wait()),
      this.#send(clientFence, { flags: (FENCE_REQUEST | FENCE_BLOCK_BEFORE) >>> 0, payload }, wait()),
    ]);
  }

  /**
   * Resolves when the server has had its chance to confirm extensions and to tell its lights, which some do with their
   * first update only. Waits for 10 s by default.
   */
  async extensionsKnown(options: WaitOptions = {}): Promise<void> {
    if (this.#extensionsKnown) return;
    await this.#answeredPixel(deadlineOf(options));
    this.#extensionsKnown = true;
  }

  /** Whether the lights came to be like this in time. Asks for updates: TigerVNC tells of lights in nothing else. */
  async lightsBecome(wanted: Partial<LedState>, options: WaitOptions = {}): Promise<boolean> {
    const wait = deadlineOf(options);
    const asWanted = () =>
      (['capsLock', 'numLock', 'scrollLock'] as const).every(
        (light) => wanted[light] === undefined || wanted[light] === this.#receiver.ledState?.[light],
      );
    try {
      while (!asWanted()) await this.#askForPixel(wait(), true);
      return true;
    } catch (error) {
      if (error instanceof TimeoutError) return false;
      throw error;
    }
  }

  /** Resolves at the next complete FramebufferUpdate. Nothing is asked for: see `requestUpdate`. */
  async nextUpdate(options?: WaitOptions): Promise<void> {
    await this.waitForEvent('update', options);
  }

  /**
   * Resolves with what the next `event` brings. Listens from the call on, so call it before what causes the event.
   * @throws TimeoutError · why the session ended, when it does so first
   */
  async waitForEvent<E extends keyof SessionEvents>(
    event: E,
    { timeoutMs = DEFAULT_WAIT_TIMEOUT_MS, signal, where = () => true }: WaitForEventOptions<E> = {},
  ): Promise<SessionEvents[E]> {
    const describe = (waitedMs: number) => `no ${event} within ${describeDuration(waitedMs)}`;
    return await this.#until(event, where, { timeoutMs, signal, describe });
  }

  /** Throws why the session is over, if it is. */
  assertOpen(): void {
    if (this.#ended) throw this.#ended;
  }

  /** Closes the connection. Idempotent; nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    this.#end(new ConnectionError('CLOSED', `${this.name}: the session was closed`, { phase: 'close' }), undefined);
    await this.#connection.pipe.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #start(): void {
    this.#receiver.run(this.#connection).catch((cause: Error) => this.#fail(cause));
  }

  /** The connection is of no use any more. */
  async #fail(cause: Error): Promise<void> {
    if (cause instanceof RfbError && !this.#ended) locateError(cause, this.name, 'session');
    this.#end(cause, cause);
    await this.#connection.pipe.close();
  }

  #end(reason: Error, error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#lifetime.abort(reason);
    this.#receiver.close();
    this.emit('closed', error);
  }

  /** Asks for one pixel until it is painted, which is then true, or `enough` is. */
  async #answeredPixel(wait: () => Deadline, enough = () => false): Promise<boolean> {
    let painted = false;
    const onPainted = ({ x, y }: Rect) => {
      painted ||= x === 0 && y === 0;
    };
    this.on('painted', onPainted);
    try {
      // Pseudo-rectangles come at any time, and TigerVNC's answer to a full request may be of nothing else.
      await this.#askForPixel(wait(), false);
      while (!painted && !enough()) await this.#askForPixel(wait(), true);
      return painted;
    } finally {
      this.off('painted', onPainted);
    }
  }

  /** Resolves at the end of an update that comes after the request. */
  async #askForPixel(deadline: Deadline, incremental: boolean): Promise<void> {
    await Promise.all([
      this.#until('update', () => true, deadline),
      this.requestUpdate({ x: 0, y: 0, width: 1, height: 1 }, incremental, deadline),
    ]);
  }

  async #sendEncodings(types: readonly number[], options?: SendOptions): Promise<void> {
    const all = [...encodings, ...pseudoEncodings];
    const names = types.flatMap((type) => all.filter((encoding) => encoding.type === type).map(({ name }) => name));
    await this.#send(setEncodings, types, options, { type: 'encodings', names });
  }

  /** Resolves when the message is on its way. A server that takes nothing for too long ends the session. */
  async #send<T>(message: ClientMessage<T>, content: T, { signal }: SendOptions = {}, event?: LogEvent): Promise<void> {
    this.assertOpen();
    signal?.throwIfAborted();
    const out = new ByteWriter();
    message.write(out, content);
    this.#log?.(event ?? { type: 'sent', message: message.name, length: out.length });
    const describe = (waitedMs: number) =>
      `${this.name}: the server took nothing of what was sent for ${describeDuration(waitedMs)}`;
    const sent = within(this.#connection.send(out), { timeoutMs: this.#sendTimeoutMs, describe }).catch((error) => {
      if (error instanceof TimeoutError || error instanceof ConnectionError) void this.#fail(error);
      throw this.#ended ?? error;
    });
    await (signal ? within(sent, { signal, describe }) : sent);
  }

  async #onFence({ flags, payload }: Fence): Promise<void> {
    if (flags & FENCE_REQUEST) {
      const known = flags & (FENCE_BLOCK_BEFORE | FENCE_BLOCK_AFTER | FENCE_SYNC_NEXT);
      await this.#send(clientFence, { flags: known, payload });
    } else {
      this.emit('fence', { flags, payload });
    }
  }

  async #onClipboard(message: ClipboardMessage): Promise<void> {
    await this.clipboard.receive(message);
    if (message.action === 'caps') await this.#send(clientCutText, OWN_CAPS);
  }

  /** Listens from the call on, for the first event that `accepts`. Rejects when the session or the time ends first. */
  async #until<E extends keyof SessionEvents>(
    event: E,
    accepts: (...args: SessionEvents[E]) => boolean,
    { describe, ...deadline }: Deadline,
  ): Promise<SessionEvents[E]> {
    this.assertOpen();
    let stop = () => {};
    const happened = new Promise<SessionEvents[E]>((resolve, reject) => {
      const onEvent = ((...args: SessionEvents[E]) => {
        try {
          if (accepts(...args)) resolve(args);
        } catch (error) {
          reject(error);
        }
      }) as (...args: unknown[]) => void;
      const onClosed = () => reject(this.#ended);
      this.on(event, onEvent as never).on('closed', onClosed);
      stop = () => this.off(event, onEvent as never).off('closed', onClosed);
    });
    try {
      return await within(happened, { ...deadline, describe: (waitedMs) => `${this.name}: ${describe(waitedMs)}` });
    } finally {
      stop();
    }
  }
}

/** One deadline for several waits. */
function deadlineOf({ timeoutMs = DEFAULT_BARRIER_TIMEOUT_MS, signal }: WaitOptions): () => Deadline {
  const started = performance.now();
  return () => {
    const spentMs = performance.now() - started;
    const describe = (waitedMs: number) =>
      `no answer within ${describeDuration(spentMs + waitedMs)} to what was sent last`;
    return { timeoutMs: timeoutMs - spentMs, signal, describe };
  };
}

const RELATIVE_POINTER =
  'the guest has a relative mouse: where the pointer lands is approximate (QEMU: -device usb-tablet makes it exact)';
