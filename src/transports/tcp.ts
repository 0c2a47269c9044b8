import { parseHostUrl, showHostPort } from './address.ts';
import { dialTcp } from './dial.ts';
import { openVia } from './dial-host.ts';
import { SocketPipe } from './socket-pipe.ts';
import { parseSshHop } from './ssh-hop.ts';
import type { Transport } from './transport.ts';

/** RFB over TCP, RFC 7869. */
export const tcp: Transport = {
  schemes: ['vnc'],
  example: 'vnc://host:5901',

  describe(address) {
    return showHostPort(parseHostUrl(address));
  },

  goesVia: true,

  async open(address, options) {
    const target = parseHostUrl(address);
    const { via, signal } = options;
    const direct = () =>
      SocketPipe.open({ name: showHostPort(target), host: target.host }, (onread) => dialTcp(target, signal, onread));
    const pipe = await (via === undefined ? direct() : openVia(parseSshHop(via), target, options));
    return target.username === undefined ? { pipe } : { pipe, credentials: { username: target.username } };
  },
};
