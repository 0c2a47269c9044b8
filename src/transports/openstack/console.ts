import { ConnectionError } from '../../rfb/errors.ts';
import { connectionLost } from '../connect-error.ts';
import { jsonOf } from '../http-api.ts';
import { recordIn, recordOf, textOf } from '../json-record.ts';
import { resolveNovncPage } from '../novnc-page.ts';
import { openWebSocket } from '../open-websocket.ts';
import type { BrowserConsole, Opened, OpenOptions } from '../transport.ts';
import { type OpenStackAddress, serverIn, showOpenStack } from './address.ts';
import { Compute, type ComputeCall, failureOf } from './compute.ts';

/** The first with consoles of their own; before it they were an action of the server. */
const MICROVERSION = '2.6';

export async function openConsole(address: OpenStackAddress, options: OpenOptions): Promise<Opened> {
  const compute = await Compute.open(address, options);
  const page = await pageOf(compute, address);
  const { url } = resolveNovncPage(page, page.href);
  const { signal, via, onWarning, onProgress } = options;
  const name = showOpenStack(address);
  onProgress?.(`opening the console at ${url.host}`);
  const pipe = await openWebSocket(url, {
    signal,
    via,
    onWarning,
    tls: compute.tls,
    name,
    // The proxy looks at the token once the websocket is open, and has no way left to say what is wrong.
    async explain(cause, received) {
      if (received) return cause && connectionLost(name, cause);
      const why = `the console proxy at ${url.host} took the websocket of ${name} and hung up without a word`;
      const remedy =
        'the console was opened twice, has expired, or the proxy cannot reach the host of the server: try again';
      return new ConnectionError('CONNECTION_LOST', `${why}: ${remedy}`, { cause });
    },
  });
  return { pipe };
}

/** A page of the cloud's own. */
export async function browserConsole(address: OpenStackAddress, options: OpenOptions): Promise<BrowserConsole> {
  return { url: await pageOf(await Compute.open(address, options), address) };
}

async function pageOf(compute: Compute, address: OpenStackAddress): Promise<URL> {
  const id = encodeURIComponent(textOf(await compute.find(serverIn(address)), 'id', compute.where));
  const doing = `asking for the console of ${showOpenStack(address)}`;
  const call: ComputeCall = {
    method: 'POST',
    path: `/servers/${id}/remote-consoles`,
    doing,
    body: { remote_console: { protocol: 'vnc', type: 'novnc' } },
    microversion: MICROVERSION,
  };
  const answer = await compute.request(call);
  let console = {};
  if (answer.status === 200)
    console = recordIn(recordOf(jsonOf(answer, compute.where), compute.where), 'remote_console');
  else if (answer.status !== 404 && answer.status !== 406) throw failureOf(answer, call, compute.where);
  else console = await olderConsole(compute, id, doing);
  const text = textOf(console, 'url', compute.where);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  const message = `${compute.where} gave no address of a page for the console of ${showOpenStack(address)}`;
  throw new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

async function olderConsole(compute: Compute, id: string, doing: string): Promise<Readonly<Record<string, unknown>>> {
  const body = { 'os-getVNCConsole': { type: 'novnc' } };
  return recordIn(await compute.call({ method: 'POST', path: `/servers/${id}/action`, doing, body }), 'console');
}
