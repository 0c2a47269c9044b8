import { UsageError } from '../rfb/errors.ts';
import type { BytePipe } from '../rfb/protocol/connection.ts';
import { type PixelFormat, pixelFormats } from '../rfb/protocol/pixel-format.ts';
import type { ProtocolVersion } from '../rfb/protocol/protocol-version.ts';
import { encoders } from './encoders/index.ts';
import { createScene } from './scenes/index.ts';
import type { Scene } from './scenes/scene.ts';
import { serverSecurityTypes } from './security/index.ts';
import type { OfferedSecurity } from './security/server-security-type.ts';
import type { ServerCertificate } from './security/tls.ts';
import { ServerSession, type ServerSessionOptions, type Viewer } from './server-session.ts';

export interface ServerOptions {
  /** What to show: a scene's name or a scene; default `login`. All viewers share it. */
  readonly scene?: string | Scene | undefined;
  /** The desktop's name; default is the scene's. */
  readonly name?: string | undefined;
  /**
   * What viewers must know; `vncauth` takes its first eight bytes. A function is asked when a viewer has answered; undefined
   * refuses.
   */
  readonly password?: string | (() => string | undefined) | undefined;
  /** For the security types that ask for a name; left out, any does. */
  readonly username?: string | undefined;
  /** For the security types with a certificate: `vencrypt-x509-…`. */
  readonly certificate?: ServerCertificate | undefined;
  /** A private RSA key (PEM), for the types with a key: `ra2…`, `apple-rsa`. */
  readonly rsaKey?: string | undefined;
  /** Names of the security types to offer, `vencrypt` for all that begin so; default: `vncauth` with a password, `none` without. */
  readonly security?: readonly string[] | undefined;
  /** The highest protocol version to speak; default 3.8. */
  readonly version?: ProtocolVersion | undefined;
  /** Names of the encodings that may be used; Raw always may. Default: all. */
  readonly encodings?: readonly string[] | undefined;
  /** The format announced in ServerInit; default `bgrx8888`, as most servers. */
  readonly pixelFormat?: PixelFormat | undefined;
  /** Told of each viewer that has shaken hands, and when it has left. */
  readonly onViewer?: ((what: 'came' | 'left', viewer: Viewer) => void) | undefined;
  /** Told what a viewer did wrong, or what broke its connection. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** An RFB server without sockets: give it pipes, or `listen`. */
export class RfbServer implements AsyncDisposable {
  readonly scene: Scene;
  readonly #options: Omit<ServerSessionOptions, 'claimed' | 'welcomed'>;
  readonly #onError: (error: unknown) => void;
  readonly #onViewer: (what: 'came' | 'left', viewer: Viewer) => void;
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
        ...{ username: options.username, certificate: options.certificate, rsaKey: options.rsaKey },
      },
      security: offeredSecurity(security ?? [password === undefined ? 'none' : 'vncauth'], options),
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
    let welcomed: Viewer | undefined;
    const session = new ServerSession(pipe, {
      ...this.#options,
      welcomed: (viewer) => {
        welcomed = viewer;
        this.#onViewer('came', viewer);
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
      if (welcomed) this.#onViewer('left', welcomed);
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

/** The types that these names mean, each with its methods. @throws UsageError `BAD_OPTION` */
function offeredSecurity(names: readonly string[], { certificate, rsaKey }: ServerOptions): readonly OfferedSecurity[] {
  const all = serverSecurityTypes.flatMap((securityType) => [
    ...securityType.methods.map((method) => ({ name: method, securityType, methods: [method] })),
    ...(securityType.methods.length > 1 ? [{ ...securityType, securityType }] : []),
  ]);
  const chosen = named('security type', all, names);
  const wanting = (pattern: RegExp) => chosen.flatMap(({ methods }) => methods).find((name) => pattern.test(name));
  const certified = wanting(/^vencrypt-x509-/);
  if (certified && !certificate) throw new UsageError('BAD_OPTION', `security type ${certified} needs a certificate`);
  const keyed = wanting(/^ra2|^apple-rsa$/);
  if (keyed && !rsaKey) throw new UsageError('BAD_OPTION', `security type ${keyed} needs an RSA key`);
  return [...new Set(chosen.map(({ securityType }) => securityType))].map((securityType) => ({
    securityType,
    methods: chosen.filter((choice) => choice.securityType === securityType).flatMap(({ methods }) => methods),
  }));
}

function named<T extends { readonly name: string }>(what: string, list: readonly T[], names: readonly string[]): T[] {
  return [...new Set(names)].map((name) => {
    const found = list.find((candidate) => candidate.name === name);
    if (found) return found;
    const known = list.map((candidate) => candidate.name).join(', ');
    throw new UsageError('BAD_OPTION', `unknown ${what} "${name}", the server has ${known}`);
  });
}
