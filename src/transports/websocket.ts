import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ClientOptions, WebSocket } from 'ws';
import { ConnectionError, UsageError } from '../rfb/errors.ts';
import { badAddress, type HostPort } from './address.ts';
import { errorText } from './connect-error.ts';
import { dialTcp } from './dial.ts';
import { type NovncTarget, resolveNovncPage } from './novnc-page.ts';
import { StreamPipe } from './stream-pipe.ts';
import type { OpenOptions, Transport } from './transport.ts';
import { WebSocketStream } from './websocket-stream.ts';

/** RFB in the binary messages of a websocket (websockify, QEMU, Proxmox VE …), or the noVNC page in front of one. */
export const websocket: Transport = {
  schemes: ['ws', 'wss', 'http', 'https'],
  example: 'wss://host/websockify?token=…',

  describe(address) {
    return show(parse(address).url);
  },

  async open(address, options) {
    const { url, password } = parse(address);
    const name = show(url);
    const socket = await dialServer(url, options);
    const stream = await upgrade(socket, url, name, options);
    const pipe = new StreamPipe({ name, readable: stream, writable: stream });
    if (password === undefined) return { pipe };
    options.onWarning?.('the password stands in the address, where others can read it');
    return { pipe, credentials: { password } };
  },
};

/** Of one message from the server, which is in memory whole before it is read; servers send 64 KiB or less. */
const MAX_MESSAGE = 16 * 1024 * 1024;

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

/** Tokens stand in queries, in user names and in long path segments: what is left says which server. */
function show(url: URL): string {
  const path = url.pathname.replace(/[^/]{16,}/g, (segment) => (/\d/.test(segment) ? '…' : segment));
  return `${url.protocol}//${url.host}${path}${url.search === '' ? '' : '?…'}`;
}

/** TCP or TLS by our own hands, so that nothing (a cookie, a token) is sent before the certificate was checked. */
async function dialServer(url: URL, options: OpenOptions): Promise<Socket> {
  const secure = url.protocol === 'wss:';
  const target: HostPort = {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
  };
  if (!secure) return await dialTcp(target, options.signal);
  const { dialTls } = await import('./dial-tls.ts');
  return await dialTls(target, options, ['http/1.1']);
}

async function upgrade(
  connected: Socket,
  url: URL,
  name: string,
  { headers = {}, subprotocol = 'binary', signal }: OpenOptions,
): Promise<WebSocketStream> {
  const { WebSocket } = await import('ws');
  let socket: WebSocket;
  try {
    signal?.throwIfAborted();
    const clientOptions: ClientOptions = {
      headers: { ...headers },
      createConnection: () => connected,
      finishRequest: (request) => acceptNoSubprotocol(request, subprotocol),
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE,
    };
    socket = new WebSocket(url, [subprotocol], clientOptions);
  } catch (error) {
    connected.destroy();
    if (signal?.aborted) throw signal.reason;
    throw new UsageError('BAD_OPTION', `these headers or this sub-protocol cannot be sent: ${errorText(error)}`);
  }
  // Before anything can arrive: the greeting may come in the same packet as the answer.
  const stream = new WebSocketStream(socket, name);
  await opened(socket, stream, name, subprotocol, signal);
  return stream;
}

/** RFC 6455 §4.1 lets a server answer without sub-protocol, and browsers go on then; `ws` would not. */
function acceptNoSubprotocol(request: ClientRequest, subprotocol: string): void {
  request.prependListener('upgrade', ({ headers }) => {
    headers['sec-websocket-protocol'] ??= subprotocol;
  });
  request.end();
}

function opened(
  socket: WebSocket,
  stream: WebSocketStream,
  name: string,
  subprotocol: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => fail(signal?.reason);
    signal?.addEventListener('abort', abort);
    stream.on('error', fault);
    socket.on('open', () => {
      settle();
      resolve();
    });
    socket.on('unexpected-response', (_request, response) => fail(refused(name, response)));
    if (signal?.aborted) abort();

    function fault(cause: Error): void {
      const why = cause.message.includes('subprotocol')
        ? `it wants another sub-protocol than ${subprotocol}`
        : `${errorText(cause)}; is this a websocket?`;
      fail(new ConnectionError('CONNECT_FAILED', `no websocket at ${name}: ${why}`, { cause, phase: 'connect' }));
    }
    function settle(): void {
      stream.off('error', fault);
      signal?.removeEventListener('abort', abort);
    }
    function fail(error: unknown): void {
      settle();
      stream.destroy();
      reject(error);
    }
  });
}

function refused(name: string, response: IncomingMessage): ConnectionError {
  const status = response.statusCode ?? 0;
  const said = `${status}${response.statusMessage ? ` ${response.statusMessage}` : ''}`.slice(0, 100);
  response.on('error', () => {});
  response.destroy();
  const message = `${name} answered ${said} instead of opening a websocket: ${remedy(status, response.headers.location)}`;
  return new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

function remedy(status: number, location: string | undefined): string {
  if (status === 401 || status === 403 || status === 407)
    return 'its token, cookie or login is wrong, missing or too old';
  if (status === 404 || status === 405 || status === 410)
    return 'check the path; QEMU has its websocket at /, websockify at /websockify';
  if (status >= 300 && status < 400) return `it moved${location === undefined ? '' : ` to ${withoutQuery(location)}`}`;
  if (status === 429) return 'too many attempts, try again later';
  if (status >= 500) return 'the proxy cannot reach the console, is the machine running?';
  if (status >= 200 && status < 300) return 'this is a web page, the console has another path';
  return 'check path, port and headers';
}

function withoutQuery(location: string): string {
  return location
    .replace(/[?#].*$/s, '')
    .replace(/\/\/[^/]*@/, '//')
    .slice(0, 200);
}
