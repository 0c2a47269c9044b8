import { badAddress } from './address.ts';
import { type NovncTarget, resolveNovncPage } from './novnc-page.ts';
import { openWebSocket, showWebSocketUrl } from './open-websocket.ts';
import type { Transport } from './transport.ts';

/** RFB in the binary messages of a websocket (websockify, QEMU, Proxmox VE …), or the noVNC page in front of one. */
export const websocket: Transport = {
  schemes: ['ws', 'wss', 'http', 'https'],
  example: 'wss://host/websockify?token=…',

  describe(address) {
    return showWebSocketUrl(parse(address).url);
  },

  async open(address, options) {
    const { url, password } = parse(address);
    const pipe = await openWebSocket(url, options);
    if (password === undefined) return { pipe };
    options.onWarning?.('the password stands in the address, where others can read it');
    return { pipe, credentials: { password } };
  },
};

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
