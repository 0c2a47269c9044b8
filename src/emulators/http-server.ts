import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { type AddressInfo, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** A request, read whole. */
export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
}

export interface HttpServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Given: HTTPS. */
  readonly tls?: ServerOptions;
  answer(call: HttpCall): HttpReply | Promise<HttpReply>;
  /** Left out: an upgrade is answered like any other request. */
  upgrade?(call: Upgrade): void | Promise<void>;
}

export interface Upgrade extends Omit<HttpCall, 'body'> {
  /** Sub-protocols as they were offered. */
  readonly subprotocols: readonly string[];
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

export interface HttpServer {
  readonly port: number;
  /** As it stands in a URL: `127.0.0.1:8080`, `[::1]:8080`. */
  readonly authority: string;
  /** Hangs up on every client. */
  close(): Promise<void>;
}

/** Of a request: an emulator serves this machine alone. */
const MAX_BODY = 1024 * 1024;

/** An HTTP server, for what is a provider's API. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host = '127.0.0.1', port = 0, tls, upgrade } = options;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    void respond(request, response, options).catch(() => response.destroy());
  };
  const server: Server = tls ? createSecureServer(tls, listener) : createServer(listener);
  const sockets = new Set<Socket>();
  server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => {
    sockets.add(socket.setNoDelay(true).on('error', () => {}));
    socket.once('close', () => sockets.delete(socket));
  });
  if (upgrade) {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
      const call = { ...describe(request), subprotocols: offered.filter((name) => name !== ''), request, socket, head };
      void Promise.resolve(upgrade(call)).catch(() => socket.destroy());
    });
  }
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    authority: `${isIPv6(host) ? `[${host}]` : host}:${bound}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers an upgrade as an ordinary request, and hangs up. */
export function refuseUpgrade(
  { socket }: Pick<Upgrade, 'socket'>,
  status: string,
  body = '',
  type = 'text/plain',
): void {
  const head = [`HTTP/1.1 ${status}`, `Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`];
  socket.end([...head, 'Connection: close', '', body].join('\r\n'));
}

const websockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

/** Opens the websocket, with this sub-protocol in the answer. */
export function acceptUpgrade({ request, socket, head }: Upgrade, subprotocol: string | undefined) {
  // What `ws` would choose is the first that was offered.
  request.headers['sec-websocket-protocol'] = subprotocol;
  return new Promise<WebSocket>((resolve) => {
    websockets.handleUpgrade(request, socket, head, (accepted) => resolve(accepted.on('error', () => {})));
  });
}

function describe({ method = '', url = '/', headers }: IncomingMessage) {
  return { method, url: new URL(url, 'http://emulator'), headers };
}

async function respond(request: IncomingMessage, response: ServerResponse, { answer }: HttpServerOptions) {
  let body = '';
  request.setEncoding('utf8');
  for await (const text of request) {
    body += text;
    if (body.length > MAX_BODY) throw new RangeError('a request without bounds');
  }
  const reply = await answer({ ...describe(request), body });
  const text = typeof reply.body === 'string' ? reply.body : reply.body === undefined ? '' : JSON.stringify(reply.body);
  const type = text === '' || typeof reply.body === 'string' ? {} : { 'content-type': 'application/json' };
  response.writeHead(reply.status, { ...type, ...reply.headers }).end(text);
}
