import { EventEmitter } from 'node:events';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { ConnectionError, type Phase, RfbError, UsageError } from '../errors.ts';
import { type BytePipe, Connection } from '../protocol/connection.ts';
import { type EncodingName, encodings } from '../protocol/encodings/index.ts';
import { Framebuffer } from '../protocol/framebuffer.ts';
import { clientCutText } from '../protocol/messages/client-to-server/client-cut-text.ts';
import { clientFence } from '../protocol/messages/client-to-server/client-fence.ts';
import { framebufferUpdateRequest } from '../protocol/messages/client-to-server/framebuffer-update-request.ts';
import { keyEvent } from '../protocol/messages/client-to-server/key-event.ts';
import { pointerEvent } from '../protocol/messages/client-to-server/pointer-event.ts';
import { qemuExtendedKeyEvent } from '../protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { setEncodings } from '../protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../protocol/messages/client-to-server/set-pixel-format.ts';
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
import type { Rect } from '../protocol/rect.ts';
import { type SecurityTypeName, securityTypes } from '../protocol/security/index.ts';
import type { Credentials, CredentialsProvider } from '../protocol/security/security-type.ts';
import { describeDuration, within } from './deadline.ts';
import { type Established, handshake } from './handshake.ts';
import type { Log, LogEvent } from './log-event.ts';
import { Receiver, type SessionEvents } from './receiver.ts';
import { logReceived } from './session-log.ts';
import { Stopwatch } from './stopwatch.ts';

export interface SessionOptions {
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
  /** For the whole handshake, in milliseconds; default 10 000. */
  readonly handshakeTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told what is no error but worth a line. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Told what goes over the wire. */
  readonly onLog?: Log | undefined;
}

const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;

/** For the answer to a barrier: a server that reads at all answers within a frame or two. */
const DEFAULT_BARRIER_TIMEOUT_MS = 10_000;

/** A connection after ServerInit: sends client messages, keeps the framebuffer, tells listeners what arrives. */
export class Session extends EventEmitter<SessionEvents> implements AsyncDisposable {
  readonly established: Established;
  readonly #receiver: Receiver;
  readonly #connection: Connection;
  /** Why the session is over; `CLOSED` when we closed it. */
  #ended: Error | undefined;
  readonly #log: Log | undefined;
  #nextFence = 0;

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
    try {
      const types = encodingTypes(options);
      if (options.security) plugsNamed('security type', options.security, securityTypes);
      const established = await within(
        handshake(connection, {
          credentials: (wanted) => asking.time(() => provide(wanted)),
          shared: options.shared ?? true,
          ...(options.security && { security: options.security }),
          warn: options.onWarning ?? (() => {}),
          onPhase: (next) => {
            phase = next;
          },
          log,
        }),
        {
          timeoutMs,
          signal: options.signal,
          describe: (waitedMs) =>
            asking.running
              ? `the server waits for credentials, and none were given within ${describeDuration(waitedMs)}`
              : describeSilence(connection, phase, waitedMs),
          pausedMs: () => asking.milliseconds,
        },
      );
      const session = new Session(established, options);
      const pixelFormat = session.#receiver.pixels.format;
      await session.#send(setPixelFormat, pixelFormat, { type: 'pixelFormat', pixelFormat });
      await session.#sendEncodings(types);
      session.#start();
      return session;
    } catch (error) {
      await pipe.close();
      if (error instanceof RfbError) {
        error.phase ??= phase;
        if (!error.message.startsWith(pipe.name)) error.message = `${pipe.name}: ${error.message}`;
      }
      throw error;
    }
  }

  private constructor(established: Established, options: SessionOptions) {
    super();
    this.established = established;
    this.#connection = established.connection;
    const { width, height, name, pixelFormat } = established.server;
    const wanted = options.pixelFormat ?? 'rgbx8888';
    const pixels = new PixelReader(wanted === 'native' ? pixelFormat : pixelFormats[wanted]);
    this.#receiver = new Receiver(
      { framebuffer: new Framebuffer(width, height), pixels, desktopName: name },
      this,
      (fence) => this.#onFence(fence),
    );
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

  /** What the server has told so far: name, cursor, screens, lock keys, extensions, rectangles per encoding. */
  get state(): Readonly<
    Pick<
      Receiver,
      | 'desktopName'
      | 'cursor'
      | 'ledState'
      | 'screens'
      | 'absolutePointer'
      | 'confirmed'
      | 'rectCounts'
      | 'updateCount'
      | 'pixels'
    >
  > {
    return this.#receiver;
  }

  get extendedKeysConfirmed(): boolean {
    return this.#receiver.confirmed.has('qemu-extended-key-event');
  }

  get extendedMouseButtonsConfirmed(): boolean {
    return this.#receiver.confirmed.has('extended-mouse-buttons');
  }

  /** Why the session is over, if it is. */
  get ended(): Error | undefined {
    return this.#ended;
  }

  async requestUpdate(rect: Rect, incremental: boolean): Promise<void> {
    await this.#send(framebufferUpdateRequest, { ...rect, incremental }, { type: 'request', rect, incremental });
  }

  async setEncodings(options: Pick<SessionOptions, 'encodings' | 'cursor'>): Promise<void> {
    await this.#sendEncodings(encodingTypes(options));
  }

  async sendKeyEvent(down: boolean, keysym: number): Promise<void> {
    await this.#send(keyEvent, { down, keysym });
  }

  async sendExtendedKeyEvent(down: boolean, keysym: number, xtScancode: number): Promise<void> {
    await this.#send(qemuExtendedKeyEvent, { down, keysym, xtScancode });
  }

  async sendPointerEvent(x: number, y: number, buttonMask: number): Promise<void> {
    await this.#send(pointerEvent, { x, y, buttonMask });
  }

  /** Latin-1 bytes, line ends as \n. */
  async sendCutText(text: Uint8Array): Promise<void> {
    await this.#send(clientCutText, text);
  }

  /**
   * Resolves when the server has consumed all that was sent before: by a Fence where it knows them, else by the update that
   * answers a request for one pixel.
   */
  async barrier(signal?: AbortSignal, timeoutMs = DEFAULT_BARRIER_TIMEOUT_MS): Promise<void> {
    const describe = (waitedMs: number) =>
      `${this.name}: no answer within ${describeDuration(waitedMs)} to what was sent last`;
    if (this.#receiver.confirmed.has('fence')) {
      const payload = new Uint8Array(4);
      new DataView(payload.buffer).setUint32(0, this.#nextFence++);
      const answered = this.#until('fence', (fence) => Buffer.compare(fence.payload, payload) === 0);
      await this.#send(clientFence, { flags: (FENCE_REQUEST | FENCE_BLOCK_BEFORE) >>> 0, payload });
      await within(answered, { timeoutMs, signal, describe });
      return;
    }
    const answered = this.#until('update', () => true);
    await this.requestUpdate({ x: 0, y: 0, width: 1, height: 1 }, false);
    await within(answered, { timeoutMs, signal, describe });
  }

  /** Resolves at the next complete FramebufferUpdate. */
  async nextUpdate(signal?: AbortSignal): Promise<void> {
    await within(
      this.#until('update', () => true),
      { signal, describe: (waitedMs) => `${this.name}: no update within ${describeDuration(waitedMs)}` },
    );
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
    this.#receiver.run(this.#connection).catch(async (cause: Error) => {
      if (cause instanceof RfbError && !this.#ended) {
        cause.phase ??= 'session';
        if (!cause.message.startsWith(this.name)) cause.message = `${this.name}: ${cause.message}`;
      }
      this.#end(cause, cause);
      await this.#connection.pipe.close();
    });
  }

  #end(reason: Error, error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#receiver.close();
    this.emit('closed', error);
  }

  async #sendEncodings(types: readonly number[]): Promise<void> {
    const all = [...encodings, ...pseudoEncodings];
    const names = types.flatMap((type) => all.filter((encoding) => encoding.type === type).map(({ name }) => name));
    await this.#send(setEncodings, types, { type: 'encodings', names });
  }

  async #send<T>(message: ClientMessage<T>, content: T, event?: LogEvent): Promise<void> {
    this.assertOpen();
    const out = new ByteWriter();
    message.write(out, content);
    this.#log?.(event ?? { type: 'sent', message: message.name, length: out.length });
    await this.#connection.send(out);
  }

  async #onFence({ flags, payload }: Fence): Promise<void> {
    if (flags & FENCE_REQUEST) {
      const known = flags & (FENCE_BLOCK_BEFORE | FENCE_BLOCK_AFTER | FENCE_SYNC_NEXT);
      await this.#send(clientFence, { flags: known, payload });
    } else {
      this.emit('fence', { flags, payload });
    }
  }

  /** Resolves at the first event that `accepts`; rejects when the session ends first. */
  #until<E extends keyof SessionEvents>(event: E, accepts: (...args: SessionEvents[E]) => boolean): Promise<void> {
    this.assertOpen();
    return new Promise((resolve, reject) => {
      const onEvent = (...args: SessionEvents[E]) => {
        if (accepts(...args)) settle(resolve);
      };
      const onClosed = () => settle(() => reject(this.#ended));
      const listener = onEvent as (...args: unknown[]) => void;
      const settle = (done: () => void) => {
        this.off(event, listener as never);
        this.off('closed', onClosed);
        done();
      };
      this.on(event, listener as never);
      this.on('closed', onClosed);
    });
  }
}

/** The numbers that SetEncodings carries. @throws UsageError `BAD_OPTION` for a name that no encoding has */
function encodingTypes({
  encodings: names,
  cursor = 'client',
}: Pick<SessionOptions, 'encodings' | 'cursor'>): number[] {
  const chosen = names ? plugsNamed('encoding', names, encodings) : encodings;
  const pseudo = pseudoEncodings.filter((candidate) => cursor === 'client' || !candidate.cursor);
  return [...chosen, ...pseudo].map(({ type }) => type);
}

/** The plugs of these names. @throws UsageError `BAD_OPTION` for a name that none has */
function plugsNamed<P extends { readonly name: string }>(
  what: string,
  names: readonly string[],
  registry: readonly P[],
): P[] {
  return names.map((name) => {
    const plug = registry.find((candidate) => candidate.name === name);
    if (plug) return plug;
    const known = registry.map((candidate) => candidate.name).join(', ');
    throw new UsageError('BAD_OPTION', `no ${what} is called "${name}"; there are ${known}`);
  });
}

function describeSilence({ reader }: Connection, phase: Phase, waitedMs: number): string {
  const time = describeDuration(waitedMs);
  if (reader.received === 0) {
    return `connected, but the server sent nothing for ${time}, wanted its greeting "RFB 003.00x": is it a TLS (tls:), HTTP (ws://) or other server, or one that serves another client?`;
  }
  return `the server fell silent in phase ${phase} after ${reader.received} bytes (waited ${time} for the handshake)`;
}
