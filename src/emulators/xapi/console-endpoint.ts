import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Console, Pool, Role } from './pool.ts';
import { HttpError, pairs, type RequestHead } from './request-head.ts';
import { acceptOf, framing, unframing } from './wsproxy.ts';

/** How the answer and the console's first bytes go out. */
export type Delivery = 'at once' | 'with the greeting' | 'in pieces';

export interface EndpointOptions {
  readonly pool: Pool;
  /** The host that was asked. */
  readonly host: number;
  readonly delivery: Delivery;
  /** False: wsproxy is not installed. */
  readonly websockets: boolean;
  /** False: something in front knows no CONNECT. */
  readonly connects: boolean;
}

/** `/console`: by CONNECT, or by GET with an Upgrade. @throws HttpError */
export async function serveConsole(socket: Duplex, request: RequestHead, options: EndpointOptions): Promise<void> {
  const { pool, host, websockets, connects } = options;
  const role = roleOf(pool, request);
  const console = consoleOf(pool, request);
  const { vm } = console;
  if (vm.kind === 'control-domain' && role !== 'pool-admin') throw new HttpError(403, 'Forbidden', FORBIDDEN);
  if (vm.state !== 'Running' || vm.host !== host) throw internalError();
  if (console.protocol === 'rdp') throw new HttpError(404, 'Not Found', '<html><body>no address</body></html>');
  if (request.method === 'CONNECT') {
    if (!connects) throw new HttpError(405, 'Not Allowed');
    if (pool.limitConsoles && vm.viewers.size > 0) throw new HttpError(503, 'Connection Limit Exceeded', BUSY);
    await connectConsole(socket, console, options.delivery);
    return;
  }
  if (pool.limitConsoles) throw new HttpError(503, 'Service Unavailable');
  const key = request.headers['sec-websocket-key'];
  if (request.method !== 'GET' || key === undefined || !websockets) throw new HttpError(501, 'Method Not Implemented');
  await upgradeConsole(socket, console, key);
}

/** As `Http.http_200_ok` writes it, whatever version the request had. */
const OK = 'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nCache-Control: no-cache, no-store\r\n\r\n';

const FORBIDDEN = '<html><body><h1>HTTP 403 forbidden</h1>Access to the requested resource is forbidden.</body></html>';
const BUSY =
  "<html><body><h1>Connection Limit Exceeded</h1><p>User 'root' is currently connected to this console (VM OpaqueRef:1). No more connections are allowed when limit_console_sessions is enabled.</p></body></html>";

/** The yes comes before the VM's server is asked: where that fails, the client sees yes and the end. */
async function connectConsole(socket: Duplex, console: Console, delivery: Delivery): Promise<void> {
  if (delivery === 'at once') socket.write(OK);
  if (delivery === 'in pieces') {
    for (const piece of [OK.slice(0, 5), OK.slice(5, 30), OK.slice(30, -1), OK.slice(-1)]) {
      socket.write(piece);
      await sleep(5);
    }
  }
  const server = await console.connect().catch(() => undefined);
  if (server === undefined) {
    socket.end(delivery === 'with the greeting' ? OK : '');
    return;
  }
  if (delivery === 'with the greeting') {
    server.once('data', (greeting: Buffer) => {
      server.pause();
      socket.write(Buffer.concat([Buffer.from(OK), greeting]));
      join(socket, server, console);
    });
    return;
  }
  join(socket, server, console);
}

async function upgradeConsole(socket: Duplex, console: Console, key: string): Promise<void> {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${acceptOf(key)}`,
    'Sec-WebSocket-Protocol: binary',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const server = await console.connect().catch(() => undefined);
  if (server === undefined) {
    socket.end();
    return;
  }
  watch(socket, server, console);
  // No close frame is sent, and none is answered.
  socket.pipe(unframing(() => socket.end())).pipe(server);
  server.pipe(framing()).pipe(socket);
}

function join(socket: Duplex, server: Duplex, console: Console): void {
  watch(socket, server, console);
  socket.pipe(server).pipe(socket);
}

/** Both end together, and with the VM. */
function watch(socket: Duplex, server: Duplex, { vm }: Console): void {
  vm.viewers.add(socket);
  const end = () => {
    vm.viewers.delete(socket);
    socket.destroy();
    server.destroy();
  };
  for (const side of [socket, server]) side.on('error', () => {}).once('close', end);
}

function roleOf(pool: Pool, { headers, query }: RequestHead): Role {
  const cookie = headers.cookie ?? '';
  const session = pairs(cookie, cookie.includes(';') ? ';' : '&').session_id ?? query.session_id ?? '';
  const role = pool.sessions.get(session);
  if (role === undefined)
    throw new HttpError(
      401,
      'Unauthorised',
      '<html><body><h1>HTTP 401 error: unauthorised</h1>Please check your credentials and retry.</body></html>',
    );
  return role;
}

function consoleOf(pool: Pool, { query: { uuid, ref } }: RequestHead): Console {
  const found = pool.consoles.find(
    (console) =>
      (uuid !== undefined && [console.uuid, console.vm.uuid].includes(uuid)) ||
      (ref !== undefined && [console.reference, console.vm.reference].includes(ref)),
  );
  if (found === undefined) throw internalError();
  return found;
}

function internalError(): HttpError {
  const body =
    '<html><body><h1>HTTP 500 internal server error</h1>An unexpected error occurred; please wait a while and try again. If the problem persists, please contact your support representative.<h1> Additional information </h1>Console.Failure</body></html>';
  return new HttpError(500, 'Internal Error', body);
}
