import { ConnectionError } from '../rfb/errors.ts';
import { badAddress, type HostPort, parseHostUrl, urlHost } from './address.ts';
import { dialHost } from './dial-host.ts';
import { openTunnel, type TunnelRefusal } from './http-tunnel.ts';
import { StreamPipe } from './stream-pipe.ts';
import type { Transport } from './transport.ts';

/** RFB behind an HTTP CONNECT: a proxy that is told host and port, or a server that has consoles at paths. */
export const httpConnect: Transport = {
  schemes: ['http-connect', 'https-connect'],
  example: 'http-connect://proxy:3128/host:5901',

  describe(address) {
    return show(parse(address));
  },

  goesVia: true,

  async open(address, options) {
    const way = parse(address);
    const { proxy, secure, target } = way;
    const name = urlHost(proxy);
    const connection = secure
      ? await (await import('./dial-tls.ts')).dialTls(proxy, options, ['http/1.1'])
      : await dialHost(proxy, options);
    const host = target.startsWith('/') ? name : target;
    const { signal, headers } = options;
    const refusal = await openTunnel(connection, { target, host, headers, name, signal });
    if (refusal !== undefined) throw refused(name, way, refusal);
    const machine = target.startsWith('/')
      ? undefined
      : target.slice(0, target.lastIndexOf(':')).replace(/^\[(.*)\]$/, '$1');
    return {
      pipe: new StreamPipe({
        ...{ name: show(way), host: machine, confidential: secure && machine === undefined, certified: secure },
        ...{ readable: connection, writable: connection },
      }),
    };
  },
};

interface Way {
  readonly proxy: HostPort;
  readonly secure: boolean;
  /** `host:port`, or a path with its query. */
  readonly target: string;
}

const HOST_AND_PORT = /^(?:\[[\da-f:.]+\]|[a-z\d_](?:[a-z\d_.-]*[a-z\d_.])?):\d{1,5}$/i;

/** What reads as host and port is; everything else is a path. */
function parse(address: string): Way {
  const [, scheme = '', authority = '', rest = ''] = /^(https?-connect):\/\/([^/?#]*)(.*)$/s.exec(address) ?? [];
  const target = rest.slice(1);
  if (scheme === '' || !rest.startsWith('/') || target === '') {
    throw badAddress(address, 'wanted http-connect://proxy:3128/host:5901, or https-connect://host/path');
  }
  const secure = scheme === 'https-connect';
  const { username, ...proxy } = parseHostUrl(`${scheme}://${authority}`, secure ? 443 : 80);
  if (username !== undefined) {
    throw badAddress(address, 'a proxy that wants a user name gets it as a header: Proxy-Authorization');
  }
  if (!HOST_AND_PORT.test(target)) {
    if (/[^\x21-\x7e]/.test(rest)) throw badAddress(address, 'what is no ASCII in a path is written as %XX');
    return { proxy, secure, target: rest };
  }
  const port = Number(target.slice(target.lastIndexOf(':') + 1));
  if (port < 1 || port > 65535) throw badAddress(address, `port ${port} is not one of 1 to 65535`);
  return { proxy, secure, target };
}

/** Paths and queries may hold sessions and tokens. */
function show({ proxy, secure, target }: Way): string {
  const where = target.startsWith('/') ? target.replace(/\?.*$/s, '?…') : `/${target}`;
  const path = where.replace(/[^/]{16,}/g, (segment) =>
    /\d/.test(segment) && !HOST_AND_PORT.test(segment) ? '…' : segment,
  );
  return `${secure ? 'https' : 'http'}-connect://${urlHost(proxy)}${path}`;
}

function refused(name: string, { target }: Way, { status, reason }: TunnelRefusal): Error {
  const said = `${status}${reason && ` ${reason}`}`;
  const message = `${name} answered CONNECT with ${said}: ${remedy(status, !target.startsWith('/'))}`;
  return new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

function remedy(status: number, proxied: boolean): string {
  if (status === 407) return 'it wants a login, as a header: Proxy-Authorization: Basic …';
  if (status === 401) return 'it wants a login, as a header: a cookie, Authorization';
  if (status === 403)
    return proxied ? 'it does not lead to this host and port' : 'this login may not, or the path is wrong';
  if (status === 404) return 'there is nothing at this path';
  if (status === 405 || status === 501) return 'it does not know CONNECT: a web server, or the wrong port?';
  if (status === 431) return 'the headers are too long for it';
  if (status === 502 || status === 504) return 'it cannot reach the console: is the machine running?';
  if (status === 503) return 'it has too many connections, or cannot reach the console';
  return proxied ? 'check host and port behind the proxy' : 'check path and headers';
}
