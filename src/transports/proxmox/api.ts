import type { Duplex } from 'node:stream';
import { type ApiAnswer, HttpApi, jsonOf } from '../http-api.ts';
import type { OpenOptions } from '../transport.ts';
import type { ProxmoxAddress } from './address.ts';
import { failureOf } from './failures.ts';
import { recordOf } from './fields.ts';
import { type Identity, identify } from './identity.ts';
import { giveUp, logIn } from './login.ts';

export interface ApiCall {
  /** Below `/api2/json`. */
  readonly path: string;
  /** For messages: what the call is for. */
  readonly doing: string;
  /** Makes it a POST. Only what this version of the endpoint knows: unknown parameters are refused. */
  readonly form?: Readonly<Record<string, string>>;
}

/** The API of one node, as one user or token. All calls go to the same node: what one has opened no other knows. */
export class ProxmoxApi {
  /** `pve.example:8006`. */
  readonly where: string;
  readonly identity: Identity;
  readonly #http: HttpApi;
  readonly #options: OpenOptions;

  static async open(address: ProxmoxAddress, options: OpenOptions): Promise<ProxmoxApi> {
    const identity = await identify(address, options);
    return new ProxmoxApi(
      new HttpApi({ host: address.host, port: address.port, secure: true }, options),
      identity,
      options,
    );
  }

  private constructor(http: HttpApi, identity: Identity, options: OpenOptions) {
    this.where = http.name;
    this.identity = identity;
    this.#http = http;
    this.#options = options;
  }

  /** The user or token that tickets are made for. */
  get username(): string {
    return this.identity.kind === 'token' ? this.identity.id : this.identity.username;
  }

  /**
   * What the call gives, its `data`.
   * @throws AuthenticationError · ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED`
   */
  async call(call: ApiCall): Promise<unknown> {
    return this.#dataOf(await this.#answerTo(call), call);
  }

  /** The same; undefined where the user or token lacks the right. */
  async callIfAllowed(call: ApiCall): Promise<unknown> {
    const answer = await this.#answerTo(call);
    return answer.status === 403 ? undefined : this.#dataOf(answer, call);
  }

  /** Who we are, as a request's headers. */
  async headers(): Promise<Readonly<Record<string, string>>> {
    if (this.identity.kind === 'token') {
      return { authorization: `PVEAPIToken=${this.identity.id}=${this.identity.secret}` };
    }
    const { ticket, csrfToken } = await logIn(this.#http, this.identity, this.#options);
    return { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`, csrfpreventiontoken: csrfToken };
  }

  /** A connection to the node that has answered before. */
  dial(): Promise<Duplex> {
    return this.#http.dial();
  }

  #dataOf(answer: ApiAnswer, { doing }: ApiCall): unknown {
    if (answer.status !== 200) throw failureOf(answer, { where: this.where, doing });
    return recordOf(jsonOf(answer, this.where)).data;
  }

  async #answerTo(call: ApiCall): Promise<ApiAnswer> {
    const answer = await this.#request(call);
    const { identity } = this;
    const old = answer.status === 401 && identity.kind === 'user' && giveUp(this.#http, identity);
    return old ? await this.#request(call) : answer;
  }

  async #request({ path, doing, form }: ApiCall): Promise<ApiAnswer> {
    const headers = await this.headers();
    this.#options.onProgress?.(`${doing} at ${this.where}`);
    const whole = `/api2/json${path}`;
    if (form === undefined) return await this.#http.request({ method: 'GET', path: whole, headers });
    return await this.#http.request({
      method: 'POST',
      path: whole,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
  }
}
