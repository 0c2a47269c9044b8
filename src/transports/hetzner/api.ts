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
import { type ApiUrl, apiAt } from '../api-url.ts';
import { type ApiAnswer, jsonOf } from '../http-api.ts';
import { type JsonRecord, recordIn, recordOf, textIn, textOf } from '../json-record.ts';
import type { OpenOptions } from '../transport.ts';

const ENDPOINT = 'https://api.hetzner.cloud/v1';

/** An answer of these kinds says: not now. What was asked for has not been done. */
const NOT_NOW = ['conflict', 'locked', 'rate_limit_exceeded'];
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 1000;

const FIRST_POLL_MS = 250;
const MAX_POLL_MS = 3000;
/** The longest that the provider takes for one, snapshots aside. */
const MAX_ACTION_MS = 600_000;

export interface ApiCall {
  readonly method: 'GET' | 'POST';
  /** Below `/v1`. */
  readonly path: string;
  /** For messages: `asking for the console of web-1`. */
  readonly doing: string;
}

/** The API of Hetzner Cloud with one project's token. */
export class HetznerApi {
  readonly where: string;
  /** Whether what it names must be encrypted as well. */
  readonly secure: boolean;
  readonly #api: ApiUrl;
  readonly #token: string;
  readonly #options: OpenOptions;

  /** @throws AuthenticationError `CREDENTIALS_REQUIRED` · UsageError `BAD_OPTION` */
  constructor(options: OpenOptions) {
    const { variables = {} } = options;
    const api = apiAt(variables.HCLOUD_ENDPOINT ?? ENDPOINT, options);
    if (api === undefined) {
      throw new UsageError('BAD_OPTION', `HCLOUD_ENDPOINT is no address of an API: wanted ${ENDPOINT}`);
    }
    const token = options.token ?? variables.HCLOUD_TOKEN;
    if (token === undefined) {
      const message = 'Hetzner Cloud wants an API token of the project, and there is none: wanted one in HCLOUD_TOKEN';
      throw new AuthenticationError('CREDENTIALS_REQUIRED', message, { phase: 'connect' });
    }
    this.secure = api.secure;
    this.where = api.http.name;
    this.#api = api;
    this.#token = token;
    this.#options = options;
  }

  /**
   * What the call gives. Where the API says "not now", it is asked again a few times, after a pause.
   * @throws AuthenticationError · ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED` · ActionError: the server refuses the action
   */
  async call(call: ApiCall): Promise<JsonRecord> {
    for (let attempt = 1; ; attempt++) {
      this.#options.onProgress?.(`${call.doing} at ${this.where}`);
      const answer = await this.#api.http.request({
        method: call.method,
        path: `${this.#api.base}${call.path}`,
        headers: { authorization: `Bearer ${this.#token}` },
      });
      if (answer.status >= 200 && answer.status < 300) return recordOf(jsonOf(answer, this.where), this.where);
      const { code, message } = errorOf(answer);
      if (!this.#mayRepeat(call, answer, code) || attempt === MAX_ATTEMPTS) {
        throw failureOf(answer, code, message, call, this.where, attempt);
      }
      await this.#pause(
        pauseAfter(answer, attempt),
        `told ${code || answer.status} by ${this.where}, waiting to ask again`,
      );
    }
  }

  /** Waits until an action is done, and has succeeded. @throws ConnectionError · ActionError · TimeoutError */
  async done(action: JsonRecord, call: ApiCall): Promise<void> {
    const path = `/actions/${encodeURIComponent(textOf(action, 'id', this.where))}`;
    let now = action;
    const over = async () => {
      const status = textOf(now, 'status', this.where);
      if (status === 'error') throw actionFailed(call, recordIn(now, 'error'), this.where);
      return status === 'success';
    };
    if (await over()) return;
    await this.until(call.doing, async () => {
      now = recordIn(await this.call({ method: 'GET', path, doing: call.doing }), 'action');
      return await over();
    });
  }

  /** Asks again and again, with longer pauses, until it is so. @throws TimeoutError */
  async until(doing: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = performance.now() + MAX_ACTION_MS;
    for (let pause = FIRST_POLL_MS; performance.now() < end; pause = Math.min(pause * 1.5, MAX_POLL_MS)) {
      await this.#pause(pause, `${doing} at ${this.where}, which works on it`);
      if (await isSo()) return;
    }
    throw new TimeoutError(`${this.where}: still ${doing} after ten minutes`, { phase: 'connect' });
  }

  /** A gateway that has lost the answer may have passed the request on: only what does no harm twice is repeated. */
  #mayRepeat({ method, path }: ApiCall, { status }: ApiAnswer, code: string): boolean {
    if (NOT_NOW.includes(code) || status === 429) return true;
    const harmless = method === 'GET' || path.endsWith('/request_console');
    return harmless && (status === 502 || status === 504 || code === 'timeout' || code === 'bad_gateway');
  }

  async #pause(milliseconds: number, doing: string): Promise<void> {
    const { signal, onProgress } = this.#options;
    onProgress?.(doing);
    await sleep(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => {});
    signal?.throwIfAborted();
  }
}

/** Longer each time, but no longer than the headers say. */
function pauseAfter({ headers }: ApiAnswer, attempt: number): number {
  const retryAfter = Number(headers['retry-after']);
  if (retryAfter >= 0 && retryAfter <= 60) return retryAfter * 1000;
  const pause = FIRST_PAUSE_MS * 2 ** (attempt - 1);
  // When the quota is whole again; it comes back request by request until then.
  const untilReset = Number(headers['ratelimit-reset']) * 1000 - Date.now();
  return headers['ratelimit-remaining'] === '0' && untilReset > 0 ? Math.min(pause, untilReset) : pause;
}

function errorOf({ body }: ApiAnswer): { readonly code: string; readonly message: string } {
  try {
    const error = recordIn(recordOf(JSON.parse(body), ''), 'error');
    return { code: textIn(error, 'code') ?? '', message: printable(textIn(error, 'message') ?? '') };
  } catch {
    return { code: '', message: '' };
  }
}

function failureOf(
  { status, reason, headers }: ApiAnswer,
  code: string,
  message: string,
  call: ApiCall,
  where: string,
  attempts: number,
): RfbError {
  const said = `${where} answered ${status} ${code || printable(reason) || 'without a reason'}${message && ` (${message})`}`;
  const often = attempts > 1 ? ` ${attempts} times` : '';
  const line = `${said}${often} while ${call.doing}: ${remedyOf(status, code, headers)}`;
  if (status === 401 || status === 403) {
    return new AuthenticationError('AUTHENTICATION_FAILED', line, { reason: message || code, phase: 'connect' });
  }
  // What the server itself is in the way of.
  if (isSwitch(call) && (status === 409 || status === 412 || status === 422 || status === 423)) {
    return new ActionError('ACTION_FAILED', line);
  }
  return new ConnectionError('CONNECT_FAILED', line, { phase: 'connect' });
}

const isSwitch = ({ method, path }: ApiCall) => method === 'POST' && !path.endsWith('/request_console');

function actionFailed(call: ApiCall, error: JsonRecord, where: string): RfbError {
  const why = [textIn(error, 'code'), textIn(error, 'message')].filter(Boolean).map((text) => printable(text ?? ''));
  const line = `${where} failed while ${call.doing}: ${why.join(', ') || 'without a reason'}`;
  return isSwitch(call)
    ? new ActionError('ACTION_FAILED', line)
    : new ConnectionError('CONNECT_FAILED', line, { phase: 'connect' });
}

function remedyOf(status: number, code: string, headers: ApiAnswer['headers']): string {
  if (status === 401) return 'the token in HCLOUD_TOKEN is unknown: was it revoked, or cut when it was copied?';
  if (code === 'token_readonly') return 'the token may only read: make one with permission to read and write';
  if (status === 403) return 'the token has no permission for it: wanted one to read and write';
  if (status === 404) return 'the token belongs to another project, or the server is gone';
  if (status === 423) return 'another action is under way on this server: try again when it is done';
  if (status === 409) return 'something else changed it at the same time: try again';
  if (status === 429) return `too many requests with this token${whole(headers)}`;
  if (status === 412) return 'the server is in another state: rfbctl list shows which';
  if (status === 503) return 'the provider is at maintenance: see its status page';
  if (status >= 500) return 'the provider has trouble: try again later';
  return 'is this the address of the API (HCLOUD_ENDPOINT)?';
}

function whole(headers: ApiAnswer['headers']): string {
  const reset = Number(headers['ratelimit-reset']);
  if (!(reset > 0)) return '';
  return `: all are there again at ${new Date(reset * 1000).toISOString().slice(11, 19)} UTC`;
}
