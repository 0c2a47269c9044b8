import { type HostPort, parseHostPort, parseHostUrl, showHostPort } from './address.ts';
import { StreamPipe } from './stream-pipe.ts';
import type { Transport } from './transport.ts';

/** RFB inside TLS from the first byte (stunnel, a TLS-terminating proxy); TLS inside RFB is a security type. */
export const tls: Transport = {
  schemes: ['tls'],
  example: 'tls:host:1',

  describe(address) {
    return `tls:${showHostPort(parse(address))}`;
  },

  goesVia: true,

  async open(address, options) {
    const target = parse(address);
    const { dialTls } = await import('./dial-tls.ts');
    const socket = await dialTls(target, options);
    const pipe = new StreamPipe({
      ...{ name: `tls:${showHostPort(target)}`, host: target.host, confidential: true, certified: true },
      ...{ readable: socket, writable: socket },
    });
    return target.username === undefined ? { pipe } : { pipe, credentials: { username: target.username } };
  },
};

function parse(address: string): HostPort {
  return address.startsWith('tls://') ? parseHostUrl(address) : parseHostPort(address.slice('tls:'.length), address);
}
