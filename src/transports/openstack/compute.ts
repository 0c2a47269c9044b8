import { setTimeout as sleep } from 'node:timers/promises';
import {
  ActionError,
  AuthenticationError,
  ConnectionError,
  type RfbError,
  TimeoutError,
  UsageError,
} from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { quoted } from '../address.ts';
import { type ApiUrl, apiAt } from '../api-url.ts';
import { type ApiAnswer, jsonOf } from '../http-api.ts';
import { type JsonRecord, listOf, recordIn, recordOf, textIn, textOf } from '../json-record.ts';
import type { OpenOptions } from '../transport.ts';
import type { OpenStackAddress } from './address.ts';
import { type Cloud, cloudOf } from './cloud.ts';
import { type Login, logIn, messageIn } from './keystone.ts';

export interface ComputeCall {
  readonly method: 'GET' | 'POST';
  /** Below the service's own URL. */
  readonly path: string;
  /** For messages: `listing servers`. */
  readonly doing: string;
  readonly body?: JsonRecord;
  /** Left out: 2.1, which every Nova has. */
  readonly microversion?: string;
}

const FIRST_POLL_MS = 500;
const MAX_POLL_MS = 5000;
/** Nova gives a guest a minute to go down, then a host its time. */
const MAX_WAIT_MS = 600_000;

/** Nova, as somebody who has logged in. */
export class Compute {
  readonly where: string;
  /** With which certificates the cloud is to be trusted. */
  readonly tls: Cloud['tls'];
  readonly #api: ApiUrl;
  readonly #token: string;
  readonly #options: OpenOptions;

  static async open(address: OpenStackAddress, options: OpenOptions): Promise<Compute> {
    const cloud = await cloudOf(address.cloud, options);
    const trusting = { ...options, tls: cloud.tls };
    return new Compute(await logIn(cloud, trusting), trusting, cloud.tls);
  }

  private constructor({ token, computeUrl }: Login, options: OpenOptions, tls: Cloud['tls']) {
    const api = apiAt(computeUrl, options);
    if (api === undefined) {
      throw new ConnectionError('CONNECT_FAILED', `Keystone gave no address of Nova: ${quoted(computeUrl)}`, {
        phase: 'connect',
      });
    }
    this.where = api.http.name;
    this.tls = tls;
    this.#api = api;
    this.#token = token;
    this.#options = options;
  }

  /** @throws AuthenticationError · ConnectionError · ActionError for what a server refuses to do */
  async call(call: ComputeCall): Promise<JsonRecord> {
    const answer = await this.request(call);
    if (answer.status < 200 || answer.status > 299) throw failureOf(answer, call, this.where);
    return answer.body === '' ? {} : recordOf(jsonOf(answer, this.where), this.where);
  }

  /** The answer, whatever it is. */
  async request({ method, path, doing, body, microversion }: ComputeCall): Promise<ApiAnswer> {
    this.#options.onProgress?.(`${doing} at ${this.where}`);
    return await this.#api.http.request({
      method,
      path: `${this.#api.base}${path}`,
      headers: {
        'x-auth-token': this.#token,
        ...(microversion !== undefined && {
          'openstack-api-version': `compute ${microversion}`,
          'x-openstack-nova-api-version': microversion,
        }),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  }

  /** The server of that id or name. @throws UsageError: several have the name · ConnectionError: none has */
  async find(server: string): Promise<JsonRecord> {
    const doing = `looking for ${quoted(server)}`;
    if (/^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(server)) {
      const answer = await this.request({ method: 'GET', path: `/servers/${server}`, doing });
      if (answer.status === 200) return recordIn(recordOf(jsonOf(answer, this.where), this.where), 'server');
      if (answer.status !== 404) throw failureOf(answer, { method: 'GET', path: '', doing }, this.where);
    }
    // Nova takes the name for an expression, and finds it anywhere in the names that there are.
    const expression = `^${server.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
    const path = `/servers/detail?name=${encodeURIComponent(expression)}`;
    const all = listOf((await this.call({ method: 'GET', path, doing })).servers, this.where);
    const [found, another] = all.filter((entry) => textIn(entry, 'name') === server);
    if (found === undefined) {
      const message = `there is no server ${quoted(server)} in this project; rfbctl list openstack: shows which there are`;
      throw new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
    }
    if (another === undefined) return found;
    const ids = all.map((entry) => textOf(entry, 'id', this.where)).join(', ');
    throw new UsageError('BAD_ADDRESS', `several servers are called ${quoted(server)}: use one of ${ids}`);
  }

  /** Asks again and again, with longer pauses, until it is so. @throws TimeoutError */
  async until(doing: string, isSo: () => Promise<boolean>): Promise<void> {
    const { signal } = this.#options;
    const end = performance.now() + MAX_WAIT_MS;
    for (let pause = FIRST_POLL_MS; performance.now() < end; pause = Math.min(pause * 1.5, MAX_POLL_MS)) {
      if (await isSo()) return;
      await sleep(pause, undefined, { ...(signal && { signal }) }).catch(() => {});
      signal?.throwIfAborted();
    }
    throw new TimeoutError(`${this.where}: still ${doing} after ten minutes`, { phase: 'connect' });
  }
}

export function failureOf(answer: ApiAnswer, call: ComputeCall, where: string): RfbError {
  const { status, body, reason } = answer;
  const message = printable(messageIn(body) || reason) || 'without a reason';
  const line = `${where} answered ${status} (${message}) while ${call.doing}: ${remedyOf(status, call)}`;
  if (status === 401 || status === 403) {
    return new AuthenticationError('AUTHENTICATION_FAILED', line, { reason: message, phase: 'connect' });
  }
  const refused = call.path.endsWith('/action') && (status === 400 || status === 409);
  if (refused && !isConsole(call)) return new ActionError('ACTION_FAILED', line);
  return new ConnectionError('CONNECT_FAILED', line, { phase: 'connect' });
}

const isConsole = ({ path, body = {} }: ComputeCall) => path.endsWith('/remote-consoles') || 'os-getVNCConsole' in body;

function remedyOf(status: number, call: ComputeCall): string {
  if (status === 401) return 'the token was not accepted: has it expired?';
  if (status === 403) return 'the role that was given in this project does not allow it';
  if (status === 404) return 'the server is gone, or in another project';
  if (isConsole(call)) {
    if (status === 409) return 'the server has to run, and to be built: rfbctl list openstack: shows its state';
    if (status === 400 || status === 501) return 'this cloud, or its hypervisor, has no VNC consoles';
  }
  if (status === 409 || status === 400)
    return 'the server is in another state, or locked: rfbctl list openstack: shows which';
  if (status === 413 || status === 429) return 'too many requests: try again later';
  if (status >= 500) return 'the cloud has trouble: try again later';
  return 'is this the address of Nova?';
}
