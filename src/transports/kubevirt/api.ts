import { ActionError, AuthenticationError, ConnectionError, type RfbError, UsageError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { quoted } from '../address.ts';
import { type ApiUrl, apiAt } from '../api-url.ts';
import { jsonOf } from '../http-api.ts';
import { type JsonRecord, recordOf, textIn } from '../json-record.ts';
import type { OpenOptions, TlsOptions } from '../transport.ts';
import type { KubeVirtAddress } from './address.ts';
import { type Cluster, clusterOf } from './kubeconfig.ts';

export interface KubeCall {
  readonly method: 'GET' | 'PUT';
  readonly path: string;
  /** For messages: `listing machines`. */
  readonly doing: string;
  readonly body?: JsonRecord;
}

export const SUBRESOURCES = '/apis/subresources.kubevirt.io/v1';
export const RESOURCES = '/apis/kubevirt.io/v1';

/** The API server, as the user of a context. */
export class KubeApi {
  readonly where: string;
  readonly headers: Cluster['headers'];
  readonly tls: TlsOptions;
  readonly #api: ApiUrl;
  readonly #options: OpenOptions;

  static async open(address: KubeVirtAddress, options: OpenOptions): Promise<KubeApi> {
    options.onProgress?.('reading the kubeconfig, and asking its plugins');
    const cluster = await clusterOf(address.context, options);
    options.signal?.throwIfAborted();
    const trusting = { ...options, tls: cluster.tls };
    const api = apiAt(cluster.server, trusting);
    if (api === undefined)
      throw new UsageError('BAD_CONFIG', `kubeconfig: ${quoted(cluster.server)} is no address of an API server`);
    return new KubeApi(api, cluster, trusting);
  }

  private constructor(api: ApiUrl, { headers, tls }: Cluster, options: OpenOptions) {
    this.where = api.http.name;
    this.headers = headers;
    this.tls = tls;
    this.#api = api;
    this.#options = options;
  }

  /** A websocket of the API: where it is. */
  websocket(path: string): URL {
    return new URL(`${this.#api.secure ? 'wss' : 'ws'}://${this.#api.authority}${this.#api.base}${path}`);
  }

  /** Undefined for 404. @throws AuthenticationError · ConnectionError · ActionError for what a machine refuses to do */
  async find(call: KubeCall): Promise<JsonRecord | undefined> {
    this.#options.onProgress?.(`${call.doing} at ${this.where}`);
    const answer = await this.#api.http.request({
      method: call.method,
      path: `${this.#api.base}${call.path}`,
      headers: { ...this.headers, ...(call.body && { 'content-type': 'application/json' }) },
      ...(call.body && { body: JSON.stringify(call.body) }),
    });
    if (answer.status === 404) return undefined;
    if (answer.status < 200 || answer.status > 299) throw failureOf(answer, call, this.where);
    return answer.body === '' ? {} : recordOf(jsonOf(answer, this.where), this.where);
  }

  /** The same where 404 is a failure. */
  async call(call: KubeCall): Promise<JsonRecord> {
    const found = await this.find(call);
    if (found !== undefined) return found;
    throw failureOf({ status: 404, reason: 'Not Found', body: '' }, call, this.where);
  }
}

/** What the API server says, as a Status or otherwise. */
export function failureOf(
  { status, reason, body }: { readonly status: number; readonly reason: string; readonly body: string },
  { method, doing }: Pick<KubeCall, 'doing' | 'method'>,
  where: string,
): RfbError {
  const message = printable(messageIn(body) || reason) || 'without a reason';
  const line = `${where} answered ${status} (${message}) while ${doing}: ${remedyOf(status, message)}`;
  if (status === 401 || status === 403) {
    return new AuthenticationError('AUTHENTICATION_FAILED', line, { reason: message, phase: 'connect' });
  }
  if (method === 'PUT' && (status === 400 || status === 409)) return new ActionError('ACTION_FAILED', line);
  return new ConnectionError('CONNECT_FAILED', line, { phase: 'connect' });
}

function messageIn(body: string): string {
  try {
    return textIn(recordOf(JSON.parse(body), ''), 'message') ?? '';
  } catch {
    return '';
  }
}

/** The text says what the status does not: virt-api wraps all that virt-handler refuses in a 500. */
function remedyOf(status: number, message: string): string {
  if (status === 401) return 'the token or certificate of the kubeconfig was not accepted: has it expired?';
  if (status === 403)
    return 'its user lacks the right: a role with get on virtualmachineinstances/vnc of subresources.kubevirt.io';
  if (/Active VNC connection/i.test(message))
    return 'somebody else looks at this console: ?preserveSession=false puts them out';
  if (/No graphics devices/i.test(message))
    return 'the machine has no screen (autoattachGraphicsDevice): its console is text';
  if (status === 404)
    return 'there is no such machine, it does not run, or KubeVirt is not installed there; rfbctl list says which there are';
  if (/not running|not ready|phase/i.test(message)) return 'the machine has to run: rfbctl power … on';
  if (status === 409) return 'the machine is in another state: rfbctl list shows which';
  if (status === 429) return 'too many requests: try again later';
  if (status >= 500) return 'virt-api or virt-handler cannot reach the machine: the events of its pod may say why';
  return 'is this the address of the API server?';
}
