import { RfbError, TimeoutError } from '../rfb/errors.ts';
import type { Credentials } from '../rfb/protocol/security/security-type.ts';
import { describeDuration, MAX_TIMER_MS } from '../rfb/session/deadline.ts';
import { Session, type SessionOptions } from '../rfb/session/session.ts';
import { describeAddress, openAddress } from '../transports/index.ts';
import type { Opened, OpenOptions } from '../transports/transport.ts';
import { type CaptureOptions, capture, type Picture } from './capture.ts';
import { encodeImage, type ImageFormat } from './image-file.ts';
import { Keyboard } from './keyboard.ts';
import { Pointer } from './pointer.ts';

export interface ConnectOptions extends SessionOptions, Pick<OpenOptions, 'tls' | 'headers' | 'subprotocol'> {
  /** For dialling, in milliseconds; default 10 000. The handshake has its own, `handshakeTimeoutMs`. */
  readonly connectTimeoutMs?: number | undefined;
}

export interface ScreenshotOptions extends CaptureOptions {
  /** Default `png`. */
  readonly format?: ImageFormat | undefined;
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/**
 * Connects to the console at `address` (every form of docs/addresses.md).
 * @throws UsageError · ConnectionError · AuthenticationError · ProtocolError · UnsupportedError · TimeoutError
 */
export async function connect(address: string, options: ConnectOptions = {}): Promise<Console> {
  const started = performance.now();
  const { pipe, credentials: learnt } = await dial(address, options);
  options.onLog?.({ type: 'connected', to: pipe.name, milliseconds: Math.round(performance.now() - started) });
  const session = await Session.open(pipe, {
    ...options,
    credentials: async (wanted) => ({ ...learnt, ...(await own(options, wanted)) }),
  });
  return new Console(session);
}

async function own({ credentials = {} }: ConnectOptions, wanted: readonly (keyof Credentials)[]): Promise<Credentials> {
  return typeof credentials === 'function' ? await credentials(wanted) : credentials;
}

async function dial(address: string, options: ConnectOptions): Promise<Opened> {
  const timeoutMs = options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
  const deadline = new AbortController();
  const started = performance.now();
  const timedOut = (waitedMs: number) => {
    const message = `${describeAddress(address)}: no connection within ${describeDuration(waitedMs)}; is the host up and the port open?`;
    return new TimeoutError(message, { phase: 'connect' });
  };
  const timer = setTimeout(() => deadline.abort(timedOut(timeoutMs)), Math.min(timeoutMs, MAX_TIMER_MS));
  const signal = options.signal ? AbortSignal.any([options.signal, deadline.signal]) : deadline.signal;
  try {
    return await openAddress(address, { ...options, signal });
  } catch (error) {
    // The caller's deadline: what was awaited is known here.
    if (error === options.signal?.reason && error instanceof TimeoutError) throw timedOut(performance.now() - started);
    if (error instanceof RfbError) error.phase ??= 'connect';
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A connected console: what a person in front of it would do. */
export class Console implements AsyncDisposable {
  readonly session: Session;
  readonly keyboard: Keyboard;
  readonly pointer: Pointer;

  constructor(session: Session) {
    this.session = session;
    this.keyboard = new Keyboard(session);
    this.pointer = new Pointer(session);
  }

  /** The screen as raw pixels: every one painted by an update that followed this call. */
  async capture(options?: CaptureOptions): Promise<Picture> {
    return capture(this.session, options);
  }

  /** The screen as a picture file. */
  async screenshot({ format = 'png', ...options }: ScreenshotOptions = {}): Promise<Uint8Array> {
    return encodeImage(await this.capture(options), format);
  }

  /** Sets the server's clipboard: Latin-1 text; other characters become `?`. */
  async paste(text: string): Promise<void> {
    const latin1 = [...text.replaceAll('\r\n', '\n')].map((char) =>
      char.charCodeAt(0) <= 0xff && char.length === 1 ? char : '?',
    );
    await this.session.sendCutText(Buffer.from(latin1.join(''), 'latin1'));
  }

  /** Releases keys and buttons, then closes. Nothing keeps the process alive afterwards. */
  async close(): Promise<void> {
    if (!this.session.ended) {
      await this.keyboard.releaseAll().catch(() => {});
      await this.pointer.releaseAll().catch(() => {});
    }
    await this.session.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
