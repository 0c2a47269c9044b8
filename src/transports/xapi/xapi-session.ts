import { X509Certificate } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ConnectionError } from '../../rfb/errors.ts';
import type { HostPort } from '../address.ts';
import { HttpApi } from '../http-api.ts';
import type { OpenOptions, TlsOptions } from '../transport.ts';
import type { Codec, XapiParameter } from './codec.ts';
import { XapiFailure } from './failure.ts';
import { isJson, jsonRpc } from './json-rpc.ts';
import { xmlRpc } from './xml-rpc.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Asked of a member, answered with HOST_IS_SLAVE: the coordinator's certificate, for whoever trusts the member. */
const THUMBPRINT_REQUEST = 'x-xenapi-request-host-certificate-thumbprint';
const THUMBPRINT_RESPONSE = 'x-xenapi-response-host-certificate-thumbprint';

/** A goodbye that is not heard in time is not worth waiting for: sessions end by themselves. */
const LOGOUT_MS = 2000;

/** A login at a pool's coordinator. */
export class XapiSession {
  readonly #login: Login;
  readonly #options: OpenOptions;
  /** The coordinator. */
  #address: HostPort;
  #tls: TlsOptions;
  #api: HttpApi;
  #codec: Codec = jsonRpc;
  #codecKnown = false;
  #id: string | undefined;
  #renewal: Promise<void> | undefined;

  /** @throws XapiFailure · what HttpApi throws */
  static async open(api: HostPort, login: Login, options: OpenOptions): Promise<XapiSession> {
    const session = new XapiSession(api, login, options);
    await session.renew();
    return session;
  }

  private constructor(api: HostPort, login: Login, options: OpenOptions) {
    this.#login = login;
    this.#options = options;
    this.#address = api;
    this.#tls = options.tls ?? {};
    this.#api = this.#at(options);
  }

  /** Where the API answers: the coordinator. */
  get address(): HostPort {
    return this.#address;
  }

  /** For a cookie. A secret. */
  get id(): string {
    return this.#id ?? '';
  }

  /** Where the API answers, for messages. */
  get name(): string {
    return this.#api.name;
  }

  /** A connection to where the API answers. */
  async dial(): Promise<Duplex> {
    return await this.#api.dial();
  }

  /** Logs in; a member of a pool says once who its coordinator is. */
  async renew(): Promise<void> {
    const { username, password } = this.#login;
    const login = () => this.#request('session.login_with_password', [username, password, '1.0', 'rfbctl']);
    this.#options.onProgress?.(`logging in at ${this.name}`);
    const first = await login();
    const reference = await first.value().catch(async (error) => {
      if (!(error instanceof XapiFailure) || error.failure !== 'HOST_IS_SLAVE') throw error;
      this.#redirect(error.details[0], first.thumbprint);
      this.#options.onProgress?.(`logging in at the pool's coordinator, ${this.name}`);
      return await (await login()).value();
    });
    this.#id = string(reference);
  }

  /** Calls a method of the API in this session, which is renewed once when it has ended. */
  async call(method: string, ...params: readonly XapiParameter[]): Promise<unknown> {
    const { id } = this;
    const once = async () => await (await this.#request(method, [this.id, ...params])).value();
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof XapiFailure) || error.failure !== 'SESSION_INVALID') throw error;
      // Of several calls under way one logs in.
      this.#renewal ??= this.id === id ? this.renew() : undefined;
      await this.#renewal?.finally(() => {
        this.#renewal = undefined;
      });
      return await once();
    }
  }

  /** SHA-256 of a host's certificate, as the pool knows it; undefined where it does not say. */
  async certificatePin(host: string): Promise<string | undefined> {
    const pem = await this.call('host.get_server_certificate', host).catch((error) => {
      if (error instanceof XapiFailure) return undefined;
      throw error;
    });
    try {
      return new X509Certificate(string(pem)).fingerprint256;
    } catch {
      return undefined;
    }
  }

  /** Never rejects, and takes no longer than two seconds. */
  async logout(): Promise<void> {
    const id = this.#id;
    this.#id = undefined;
    if (id === undefined) return;
    const api = this.#at({ ...this.#options, signal: AbortSignal.timeout(LOGOUT_MS), onWarning: undefined });
    await this.#request('session.logout', [id], api).catch(() => {});
  }

  async #request(method: string, params: readonly XapiParameter[], api = this.#api) {
    const post = (codec: Codec) =>
      api.request({
        method: 'POST',
        path: codec.path,
        headers: { 'content-type': codec.contentType, [THUMBPRINT_REQUEST]: 'sha-256:master' },
        body: codec.encode(method, params),
      });
    let answer = await post(this.#codec);
    if (!this.#codecKnown && !isJson(answer)) {
      this.#codec = xmlRpc;
      answer = await post(xmlRpc);
    }
    this.#codecKnown = true;
    const codec = this.#codec;
    const thumbprint = answer.headers[THUMBPRINT_RESPONSE];
    return {
      value: () => codec.decode(answer, this.name),
      thumbprint: typeof thumbprint === 'string' ? thumbprint : undefined,
    };
  }

  /** A pin is the member's own: the coordinator's is the one that the member tells. */
  #redirect(coordinator: string | undefined, thumbprint: string | undefined): void {
    const member = this.name;
    if (coordinator === undefined || coordinator === '') throw new XapiFailure(['HOST_IS_SLAVE']);
    const { pin, ...tls } = this.#tls;
    this.#address = { port: this.#address.port, host: coordinator.replace(/^\[(.*)\]$/, '$1') };
    if (pin !== undefined && thumbprint === undefined) {
      const message = `${member} is a member of a pool, and does not tell the certificate of its coordinator ${coordinator}: write the coordinator's address, and pin its certificate`;
      throw new ConnectionError('TLS_UNTRUSTED', message, { phase: 'connect' });
    }
    if (pin !== undefined) this.#tls = { ...tls, pin: thumbprint };
    this.#api = this.#at(this.#options);
  }

  #at(options: OpenOptions): HttpApi {
    return new HttpApi({ ...this.#address, secure: true }, { ...options, tls: this.#tls });
  }
}

/** What every reference is. */
export function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
