import { UsageError } from '../rfb/errors.ts';
import { badAddress, decode } from './address.ts';

export interface NovncTarget {
  /** The websocket's URL. */
  readonly url: URL;
  /** noVNC takes a password in its page's address. */
  readonly password?: string;
}

/**
 * The websocket that a noVNC page would open, from the page's address: its parameters are in the query or behind `#`,
 * the latter first (docs/EMBEDDING.md of noVNC).
 * @throws UsageError `BAD_ADDRESS`
 */
export function resolveNovncPage(page: URL, whole: string): NovncTarget {
  const read = (name: string) => parameter(page, name, whole);
  const path = withToken(read('path') ?? 'websockify', read('token'));
  const host = read('host') || undefined;
  const port = read('port') || undefined;
  const encrypt = read('encrypt');
  // From 1.6 on, noVNC resolves the path against the page and, without a host, ignores the port. Older ones, and
  // vnc_lite and vnc_auto until today, take the root of the page's host, and paths that begin with the page's folder
  // were written for those.
  const folder = page.pathname.slice(1, page.pathname.lastIndexOf('/') + 1);
  const fromRoot = /\/vnc_(?:lite|auto)\.html$/.test(page.pathname) || (folder !== '' && path.startsWith(folder));
  let url: URL;
  try {
    if (host !== undefined || port !== undefined || encrypt !== undefined || fromRoot) {
      url = new URL(`${page.protocol}//${host ?? page.host}`);
      if (host !== undefined && port === undefined && /vnc_(?:lite|auto)/.test(page.pathname)) url.port = page.port;
      if (port !== undefined) url.port = portNumber(port);
      url = new URL(`./${path}`, url);
    } else {
      url = new URL(path, page);
    }
  } catch {
    throw badAddress(whole, 'its host, port and path make no websocket address');
  }
  const secure = encrypt === undefined ? page.protocol === 'https:' : !/^(?:0|no|false)$/i.test(encrypt);
  url = new URL(url.href.replace(/^https?:/, secure ? 'wss:' : 'ws:'));
  url.hash = '';
  const password = read('password');
  return password === undefined || password === '' ? { url } : { url, password };
}

/** The address of somebody's noVNC page. @throws UsageError `BAD_OPTION` */
export function parsePage(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new UsageError('BAD_OPTION', 'the page is no web page: wanted the address of a noVNC, https://…/vnc.html');
}

/**
 * The other way round: with this address the page opens the websocket. All of it stands behind #, which no browser sends to a
 * server; each part is encoded, since tokens hold what would end one.
 */
export function novncPageUrl(page: URL, websocket: URL, password: string | undefined): string {
  const { protocol, hostname, port, pathname, search } = websocket;
  const secure = protocol === 'wss:';
  const parts = {
    host: hostname,
    port: port || (secure ? '443' : '80'),
    encrypt: secure ? '1' : '0',
    path: `${pathname.slice(1)}${search}`,
    ...(password !== undefined && { password }),
    autoconnect: '1',
    resize: 'scale',
  };
  const fragment = Object.entries(parts).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const url = new URL(page);
  url.hash = '';
  return `${url.href}#${fragment.join('&')}`;
}

/** The last one counts, and `+` is a plus: noVNC reads its parameters with an expression of its own. */
function parameter(page: URL, name: string, whole: string): string | undefined {
  for (const part of [page.hash, page.search]) {
    const values = part
      .slice(1)
      .split('&')
      .filter((entry) => entry.startsWith(`${name}=`));
    const last = values.at(-1);
    if (last !== undefined) return decode(last.slice(name.length + 1), whole);
  }
  return undefined;
}

/** `token=` beside the path, as old vnc_auto pages had it: into the path's query unless it is there. */
function withToken(path: string, token: string | undefined): string {
  if (token === undefined || /[?&]token=/.test(path)) return path;
  return `${path}${path.includes('?') ? '&' : '?'}token=${encodeURIComponent(token)}`;
}

function portNumber(text: string): string {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw new RangeError(text);
  return text;
}
