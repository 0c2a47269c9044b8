import { randomUUID, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { OpenOptions } from '../../src/transports/transport.ts';

/** A server of one kind on this machine, and how to reach it. */
export interface PipeServer {
  readonly address: string;
  readonly options: OpenOptions;
  /** Ends it with all its connections. */
  close(): Promise<void>;
}

/** What happens to a connection: the server's side of the pipe. */
export type Serve = (peer: Duplex) => void;

const fixture = (name: string) => readFileSync(path.join(import.meta.dirname, '../../fixtures/tls', name), 'utf8');
/** For `localhost`, and the authority that signed it. */
export const testCertificate = { ca: fixture('ca.pem'), cert: fixture('server.pem'), key: fixture('server-key.pem') };
/** For `other.example`, self-signed. */
export const otherCertificate = { ca: fixture('other.pem'), cert: fixture('other.pem'), key: fixture('other-key.pem') };

/** For `localhost`, self-signed, valid in January 2020. */
export const expiredCertificate = {
  ca: fixture('expired.pem'),
  cert: fixture('expired.pem'),
  key: fixture('expired-key.pem'),
};

/** For clients, and the authority that signed it. */
export const clientCertificate = {
  ca: fixture('client-ca.pem'),
  cert: fixture('client.pem'),
  key: fixture('client-key.pem'),
};

/** What pins `testCertificate`. */
export const testPin = new X509Certificate(testCertificate.cert).fingerprint256.replaceAll(':', '').toLowerCase();

export const echo: Serve = (peer) => peer.pipe(peer);

/** Takes connections, says nothing. */
export const silent: Serve = (peer) => {
  peer.resume();
};

export async function serveTcp(serve: Serve): Promise<PipeServer> {
  const server = await listen(createServer(quiet(serve)));
  return { address: `vnc://127.0.0.1:${server.port}`, options: {}, close: server.close };
}

export async function serveUnix(serve: Serve): Promise<PipeServer> {
  const file = path.join(tmpdir(), `rfbctl-${randomUUID()}.sock`);
  const server = await listen(createServer(quiet(serve)), { path: file });
  return {
    address: `unix:${file}`,
    options: {},
    async close() {
      await server.close();
      await rm(file, { force: true });
    },
  };
}

export async function serveTls(
  serve: Serve,
  { cert, key, ca } = testCertificate,
  options: TlsOptions = {},
): Promise<PipeServer> {
  const server = await listen(createTlsServer({ cert, key, ...options }, quiet(serve)));
  return { address: `tls:127.0.0.1::${server.port}`, options: { tls: { ca } }, close: server.close };
}

export async function serveWebSocket(serve: Serve): Promise<PipeServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await new Promise((resolve) => server.once('listening', resolve));
  server.on('connection', (socket) => quiet(serve)(createWebSocketStream(socket)));
  return {
    address: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/websockify`,
    options: {},
    async close() {
      for (const client of server.clients) client.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An HTTP server that knows CONNECT, to whatever. */
export async function serveHttpConnect(serve: Serve): Promise<PipeServer> {
  const server = createHttpServer();
  server.on('connect', (_request, socket, head) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    quiet(serve)(socket);
  });
  const { port, close } = await listen(server);
  return { address: `http-connect://127.0.0.1:${port}/console.example:5900`, options: {}, close };
}

/** A command that joins its stdin and stdout with a TCP server. */
export async function serveExec(serve: Serve): Promise<PipeServer> {
  const { address, close } = await serveTcp(serve);
  const bridge = path.join(import.meta.dirname, 'exec-bridge.mjs');
  return { address: `exec:"${process.execPath}" "${bridge}" ${address.split(':').at(-1)}`, options: {}, close };
}

/** A port of this machine where nothing listens. */
export async function freePort(): Promise<number> {
  const server = await listen(createServer());
  await server.close();
  return server.port;
}

async function listen(server: Server, where: ListenOptions = { host: '127.0.0.1', port: 0 }) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(where, resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Clients of tests hang up as they like: that is no error of the server. */
function quiet(serve: Serve): Serve {
  return (peer) => {
    peer.on('error', () => {});
    serve(peer);
  };
}
