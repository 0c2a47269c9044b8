import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClientOptions, WebSocket } from 'ws';
import { ConnectionError, type RfbError, UsageError } from '../rfb/errors.ts';
import { errorCode, errorText } from '../rfb/node-error.ts';
import { tlsAlert } from '../rfb/protocol/security/tls/tls-alert.ts';
import type { HostPort } from './address.ts';
import { dialHost } from './dial-host.ts';
import { StreamPipe, type StreamPipeOptions } from './stream-pipe.ts';
import type { OpenOptions } from './transport.ts';
import { WebSocketStream } from './websocket-stream.ts';

export interface OpenWebSocketOptions
  extends Pick<OpenOptions, 'headers' | 'subprotocol' | 'tls' | 'via' | 'signal' | 'onWarning'>,
    Pick<StreamPipeOptions, 'explain' | 'release'> {
  /** For messages; default the URL without what may be secret in it. */
  readonly name?: string;
  /** How to connect, where not any server of this name will do. */
  readonly dial?: () => Promise<Duplex>;
  /** What an answer other than 101 means here. */
  readonly refused?: (answer: RefusedUpgrade) => RfbError | undefined;
}

export interface RefusedUpgrade {
  readonly status: number;
  /** The reason phrase: some say there what is wrong. */
  readonly reason: string;
  readonly body: string;
}

/**
 * A websocket as a byte pipe: nothing is sent before the certificate was checked, no Origin, no extensions, one sub-protocol.
 * @throws ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED` · UsageError `BAD_OPTION` · the reason of an aborted `signal`
 */
export async function openWebSocket(url: URL, options: OpenWebSocketOptions): Promise<StreamPipe> {
  const { name = showWebSocketUrl(url), explain, release } = options;
  const socket = await (options.dial?.() ?? dialServer(url, options));
  const stream = await upgrade(socket, url, name, options);
  const secure = url.protocol === 'wss:';
  return new StreamPipe({
    ...{ name, host: hostOf(url), confidential: secure, certified: secure },
    readable: stream,
    writable: stream,
    ...(explain && { explain }),
    ...(release && { release }),
  });
}

/** Tokens stand in queries, in user names and in long path segments: what is left says which server. */
export function showWebSocketUrl(url: URL): string {
  const path = url.pathname.replace(/[^/]{16,}/g, (segment) => (/\d/.test(segment) ? '…' : segment));
  return `${url.protocol}//${url.host}${path}${url.search === '' ? '' : '?…'}`;
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Of one message from the server, which is in memory whole before it is read; servers send 64 KiB or less. */
const MAX_MESSAGE = 16 * 1024 * 1024;

/** Of a refusal's body: an error document, or the page of a proxy. */
const MAX_REFUSAL = 64 * 1024;

/** TCP or TLS by our own hands, so that nothing (a cookie, a token) is sent before the certificate was checked. */
async function dialServer(url: URL, options: OpenWebSocketOptions): Promise<Duplex> {
  const secure = url.protocol === 'wss:';
  const target: HostPort = {
    host: hostOf(url),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
  };
  if (!secure) return await dialHost(target, options);
  const { dialTls } = await import('./dial-tls.ts');
  return await dialTls(target, options, ['http/1.1']);
}

async function upgrade(
  connected: Duplex,
  url: URL,
  name: string,
  options: OpenWebSocketOptions,
): Promise<WebSocketStream> {
  const { headers = {}, subprotocol = 'binary', signal } = options;
  const { WebSocket } = await import('ws');
  let socket: WebSocket;
  try {
    signal?.throwIfAborted();
    const clientOptions: ClientOptions = {
      headers: { ...headers },
      // Any stream will do.
      createConnection: () => connected as Socket,
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
  await opened(socket, stream, name, subprotocol, options);
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
  { signal, refused }: OpenWebSocketOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => fail(signal?.reason);
    signal?.addEventListener('abort', abort);
    stream.on('error', fault);
    socket.on('open', () => {
      settle();
      resolve();
    });
    socket.on('unexpected-response', (_request, response) => {
      if (refused === undefined) return fail(notOpened(name, response));
      const failWith = (body: string) => fail(refused(answerOf(response, body)) ?? notOpened(name, response));
      bodyOf(response).then(failWith, () => failWith(''));
    });
    if (signal?.aborted) abort();

    function fault(cause: Error): void {
      const message = `no websocket at ${name}: ${whyNone(cause, socket.url, subprotocol)}`;
      fail(tlsAlert(name, cause) ?? new ConnectionError('CONNECT_FAILED', message, { cause, phase: 'connect' }));
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

function answerOf({ statusCode = 0, statusMessage = '' }: IncomingMessage, body: string): RefusedUpgrade {
  return { status: statusCode, reason: statusMessage.slice(0, 300), body };
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) {
    body += text;
    if (body.length > MAX_REFUSAL) break;
  }
  return body;
}

function notOpened(name: string, response: IncomingMessage): ConnectionError {
  const { status, reason } = answerOf(response, '');
  response.on('error', () => {});
  response.destroy();
  const said = `${status}${reason && ` ${reason}`}`.slice(0, 100);
  const message = `${name} answered ${said} instead of opening a websocket: ${remedy(status, response.headers.location)}`;
  return new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

function whyNone(cause: Error, url: string, subprotocol: string): string {
  if (cause.message.includes('subprotocol')) return `it wants another sub-protocol than ${subprotocol}`;
  if (errorCode(cause) !== 'ECONNRESET') return `${errorText(cause)}; is this a websocket?`;
  const other = url.startsWith('wss:') ? 'misses or refuses a client certificate' : 'wants TLS (wss://)';
  return `it hung up without an answer, as websockify does for an unknown token, or a server that ${other}`;
}

function remedy(status: number, location: string | undefined): string {
  if (status === 400) return 'is the sub-protocol right, and the path?';
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
