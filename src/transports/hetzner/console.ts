import { ConnectionError } from '../../rfb/errors.ts';
import { encodeText } from '../../rfb/protocol/text.ts';
import { recordIn, textOf } from '../json-record.ts';
import { openWebSocket } from '../open-websocket.ts';
import type { BrowserConsole, Opened, OpenOptions } from '../transport.ts';
import { namedIn, showHetzner } from './address.ts';
import { HetznerApi } from './api.ts';
import { serverId } from './servers.ts';

/** A console's URL opens it for a minute: what comes later is asked for again. */
const URL_LIFE_MS = 50_000;

/** VncAuth takes no more of a password, and the provider's have 32. */
const PASSWORD_LENGTH = 8;

export async function openConsole(address: string, options: OpenOptions): Promise<Opened> {
  const { url, password } = await requestConsole(address, options);
  const { signal, tls, via, onWarning, onProgress } = options;
  onProgress?.(`opening the console at ${url.host}`);
  const pipe = await openWebSocket(url, { signal, tls, via, onWarning, name: showHetzner(namedIn(address)) });
  return {
    pipe,
    credentials: { password: new TextDecoder().decode(encodeText(password).subarray(0, PASSWORD_LENGTH)) },
  };
}

export async function requestConsole(
  address: string,
  options: OpenOptions,
): Promise<BrowserConsole & { readonly password: string }> {
  const server = namedIn(address);
  const api = new HetznerApi(options);
  const path = `/servers/${encodeURIComponent(await serverId(api, server))}/actions/request_console`;
  const call = { method: 'POST', path, doing: `asking for the console of ${showHetzner(server)}` } as const;
  for (let attempt = 1; ; attempt++) {
    const asked = performance.now();
    const answer = await api.call(call);
    await api.done(recordIn(answer, 'action'), call);
    if (performance.now() - asked > URL_LIFE_MS && attempt === 1) continue;
    const url = textOf(answer, 'wss_url', api.where);
    const password = textOf(answer, 'password', api.where);
    return { url: checkedUrl(url, api), password };
  }
}

/** Used as it is. @throws ConnectionError `CONNECT_FAILED` */
function checkedUrl(text: string, api: HetznerApi): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'wss:' || (url?.protocol === 'ws:' && !api.secure)) return url;
  const message = `${api.where} gave no address of an encrypted websocket for the console`;
  throw new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}
