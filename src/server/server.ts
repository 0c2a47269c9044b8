import { UsageError } from '../rfb/errors.ts';
import type { BytePipe } from '../rfb/protocol/connection.ts';
import { type PixelFormat, pixelFormats } from '../rfb/protocol/pixel-format.ts';
import type { ProtocolVersion } from '../rfb/protocol/protocol-version.ts';
import { encoders } from './encoders/index.ts';
import { createScene } from './scenes/index.ts';
import type { Scene } from './scenes/scene.ts';
import { serverSecurityTypes } from './security/index.ts';
import { ServerSession, type ServerSessionOptions } from './server-session.ts';

export interface ServerOptions {
  /** What to show: a scene's name or a scene; default `login`. All viewers share it. */
  readonly scene?: string | Scene | undefined;
  /** The desktop's name; default is the scene's. */
  readonly name?: string | undefined;
  /** What `vncauth` wants; its first eight bytes count. A function is asked when a viewer has answered; undefined refuses. */
  readonly password?: string | (() => string | undefined) | undefined;
  /** Names of the security types to offer; default: `vncauth` with a password, `none` without. */
  readonly security?: readonly string[] | undefined;
  /** The highest protocol version to speak; default 3.8. */
  readonly version?: ProtocolVersion | undefined;
  /** Names of the encodings that may be used; Raw always may. Default: all. */
  readonly encodings?: readonly string[] | undefined;
  /** The format announced in ServerInit; default `bgrx8888`, as most servers. */
  readonly pixelFormat?: PixelFormat | undefined;
  /** Told of each viewer that has shaken hands, and when it has left. */
  readonly onViewer?: ((what: 'came' | 'left') => void) | undefined;
  /** Told what a viewer did wrong, or what broke its connection. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** An RFB server without sockets: give it pipes, or `listen`. */
export class RfbServer implements AsyncDisposable {
  readonly scene: Scene;
  readonly #options: Omit<ServerSessionOptions, 'claimed' | 'welcomed'>;
  readonly #onError: (error: unknown) => void;
  readonly #onViewer: (what: 'came' | 'left') => void;
  readonly #sessions = new Set<ServerSession>();
  #closed = false;

  /** @throws UsageError `BAD_OPTION` for names that do not exist */
  constructor(options: ServerOptions = {}) {
    const { scene = 'login', password, security, version = '3.8', pixelFormat = pixelFormats.bgrx8888 } = options;
    this.scene = typeof scene === 'string' ? createScene(scene) : scene;
    this.#onError = options.onError ?? (() => {});
    this.#onViewer = options.onViewer ?? (() => {});
    this.#options = {
      scene: this.scene,
      name: options.name ?? `rfbctl demo (${this.scene.name})`,
      version,
      pixelFormat,
      secrets: {
        get password() {
          return typeof password === 'function' ? password() : password;
        },
      },
      security: named('security type', serverSecurityTypes, security ?? [password === undefined ? 'none' : 'vncauth']),
      encoders: options.encodings ? named('encoding', encoders, [...options.encodings, 'raw']) : encoders,
    };
  }

  /** Viewers that are connected now, those in the handshake among them. */
  get viewers(): number {
    return this.#sessions.size;
  }

  /** Serves one viewer until it leaves. Never rejects: `onError` is told instead. */
  async accept(pipe: BytePipe): Promise<void> {
    if (this.#closed) {
      await pipe.close();
      return;
    }
    let welcomed = false;
    const session = new ServerSession(pipe, {
      ...this.#options,
      welcomed: () => {
        welcomed = true;
        this.#onViewer('came');
      },
      claimed: (claimant) => {
        for (const other of this.#sessions) if (other !== claimant) other.close().catch(this.#onError);
      },
    });
    this.#sessions.add(session);
    try {
      await session.run();
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#sessions.delete(session);
      if (welcomed) this.#onViewer('left');
    }
  }

  /** Hangs up on every viewer. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** @throws UsageError `BAD_OPTION` for names that do not exist */
export function createServer(options: ServerOptions = {}): RfbServer {
  return new RfbServer(options);
}

function named<T extends { readonly name: string }>(what: string, list: readonly T[], names: readonly string[]): T[] {
  return [...new Set(names)].map((name) => {
    const found = list.find((candidate) => candidate.name === name);
    if (found) return found;
    const known = list.map((candidate) => candidate.name).join(', ');
    throw new UsageError('BAD_OPTION', `unknown ${what} "${name}", the server has ${known}`);
  });
}
