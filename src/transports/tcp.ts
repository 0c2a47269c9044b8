import { parseHostUrl, showHostPort } from './address.ts';
import { dialTcp } from './dial.ts';
import { SocketPipe } from './socket-pipe.ts';
import type { Transport } from './transport.ts';

/** RFB over TCP, RFC 7869. */
export const tcp: Transport = {
  schemes: ['vnc'],
  example: 'vnc://host:5901',

  describe(address) {
    return showHostPort(parseHostUrl(address));
  },

  async open(address, { signal }) {
    const target = parseHostUrl(address);
    const pipe = await SocketPipe.open(showHostPort(target), (onread) => dialTcp(target, signal, onread));
    return target.username === undefined ? { pipe } : { pipe, credentials: { username: target.username } };
  },
};
