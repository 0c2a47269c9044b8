import { UsageError } from '../rfb/errors.ts';
import { badAddress } from './address.ts';
import { type NovncTarget, resolveNovncPage } from './novnc-page.ts';
import { openWebSocket, showWebSocketUrl } from './open-websocket.ts';
import type { OpenOptions, Transport } from './transport.ts';

/** RFB in the binary messages of a websocket (websockify, QEMU, Proxmox VE …), or the noVNC page in front of one. */
export const websocket: Transport = {
  schemes: ['ws', 'wss', 'http', 'https'],
  example: 'wss://host/websockify?token=…',

  describe(address) {
    return showWebSocketUrl(parse(address).url);
  },

  goesVia: true,

  async open(address, options) {
    const { url, password } = parse(address);
    const pipe = await openWebSocket(...withToken(url, options));
    if (password === undefined) return { pipe };
    options.onWarning?.('the password stands in the address, where others can read it');
    return { pipe, credentials: { password } };
  },

  async browserConsole(address, options) {
    const { url, password } = parse(address);
    const [placed, { headers = {} }] = withToken(url, options);
    if (Object.keys(headers).length > 0) {
      const why = 'no browser can send headers with a websocket: a token goes into the address, as {token}';
      throw new UsageError('BAD_OPTION', `${showWebSocketUrl(url)}: ${why}`);
    }
    return { url: placed, ...(password !== undefined && { password }) };
  },
};

/** A token goes where the address has `{token}`, otherwise into a header. */
function withToken(url: URL, options: OpenOptions): [URL, OpenOptions] {
  const { token, headers = {} } = options;
  const placed = url.href.replace(/\{token\}|%7Btoken%7D/g, encodeURIComponent(token ?? ''));
  if (token === undefined) {
    if (placed !== url.href)
      throw new UsageError('BAD_ADDRESS', `${showWebSocketUrl(url)} wants a token, and none was given`);
    return [url, options];
  }
  if (placed !== url.href) return [new URL(placed), options];
  if (Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')) {
    throw new UsageError('BAD_OPTION', 'there is a token and a header called Authorization: one of them is too much');
  }
  return [url, { ...options, headers: { ...headers, Authorization: `Bearer ${token}` } }];
}

function parse(address: string): NovncTarget {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw badAddress(address, 'wanted wss://host:port/path, or the https:// address of a noVNC page');
  }
  if (!/^[a-z]+:\/\//i.test(address)) throw badAddress(address, `wanted ${url.protocol}//`);
  if (url.protocol === 'http:' || url.protocol === 'https:') return resolveNovncPage(url, address);
  if (url.hash !== '') throw badAddress(address, 'a websocket address has no part behind #');
  if (url.port === '0') throw badAddress(address, 'port 0 is not one of 1 to 65535');
  return { url };
}
