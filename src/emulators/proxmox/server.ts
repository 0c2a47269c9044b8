import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Identified } from './accounts.ts';
import { type Cluster, checkParameters, routes } from './api.ts';
import { ApiFailure, badParameters, unauthorized } from './api-failure.ts';
import { parseParameters } from './query.ts';
import { relay } from './relay.ts';
import { acceptUpgrade, consoleBehind, refuseUpgrade } from './upgrade.ts';

const MAX_BODY = 512 * 1024;
const API = '/api2/json';

/** pveproxy: the API, and the websockets of its consoles. */
export async function startServer(
  cluster: Cluster,
  certificate: { readonly cert: string; readonly key: string },
  where: { readonly host: string; readonly port: number },
): Promise<RunningServer> {
  const server = createServer(certificate, (request, response) => void answer(cluster, request, response));
  const sockets = new Set<Socket>();
  server.on('secureConnection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  server.on(
    'upgrade',
    (request: IncomingMessage, socket: Socket, head: Buffer) => void upgrade(cluster, request, socket, head),
  );
  server.listen(where.port, where.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let stopping: Promise<unknown> | undefined;
  const stop = async () => {
    for (const socket of sockets) socket.destroy();
    stopping ??= Promise.all([once(server, 'close'), server.close()]);
    await stopping;
  };
  return { port, stop };
}

interface RunningServer {
  readonly port: number;
  /** Hangs up on everybody. Idempotent. */
  stop(): Promise<void>;
}

async function answer(cluster: Cluster, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const data = await call(cluster, request);
    response.setHeader('content-type', 'application/json;charset=UTF-8');
    response.end(JSON.stringify({ data }));
  } catch (error) {
    const failure = error instanceof ApiFailure ? error : new ApiFailure(500, (error as Error).message);
    if (failure.status === 401) await sleep(cluster.times.refusal, undefined, { ref: false });
    const { status, message, errors, body } = failure;
    response.writeHead(status, message, { 'content-type': 'application/json;charset=UTF-8' });
    response.end(body ? JSON.stringify({ message: `${message}\n`, errors, data: null }) : '');
  }
}

async function call(cluster: Cluster, request: IncomingMessage): Promise<unknown> {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const inner = path.startsWith(API) ? path.slice(API.length) : undefined;
  const form = await bodyOf(request);
  if (request.method === 'POST' && inner === '/access/ticket') return logIn(cluster, request, form);
  const user = identified(cluster, request);
  const route = routes.find(
    ({ method, pattern }) => method === request.method && inner !== undefined && pattern.test(inner),
  );
  if (route === undefined || inner === undefined)
    throw new ApiFailure(501, `Method '${request.method} ${path}' not implemented`);
  if (
    request.method === 'POST' &&
    !user.token &&
    !cluster.accounts.csrfFits(headerOf(request, 'csrfpreventiontoken'), user)
  ) {
    throw unauthorized('Permission denied - invalid csrf token');
  }
  const at = (route.pattern.exec(inner) ?? []).slice(1);
  const parameters = { ...parseParameters(query), ...form };
  checkParameters(route, parameters);
  if (route.right !== undefined) {
    const [pathOf, right] = route.right;
    if (!cluster.accounts.allowed(user, pathOf(at), right))
      throw new ApiFailure(403, `Permission check failed (${pathOf(at)}, ${right})`);
  }
  return await route.answer({ cluster, user, at, parameters });
}

function logIn({ accounts }: Cluster, request: IncomingMessage, form: Readonly<Record<string, string>>): unknown {
  const token = (request.headers.authorization ?? '').startsWith('PVEAPIToken');
  if (token)
    throw new ApiFailure(
      403,
      "Permission check failed (URI '/access/ticket' not available with API token, need proper ticket.)",
    );
  if (form.username === undefined || form.password === undefined) {
    throw badParameters({ password: 'property is missing and it is not optional' });
  }
  const data = accounts.logIn(form);
  if (data === undefined) throw unauthorized('authentication failure', true);
  return data;
}

function identified({ accounts }: Cluster, { headers }: IncomingMessage): Identified {
  const user = accounts.identify(headers.cookie, headers.authorization);
  if (typeof user === 'string') throw unauthorized(user);
  return user;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  if (request.method !== 'POST') return {};
  if (request.headers['transfer-encoding'] !== undefined)
    throw new ApiFailure(501, 'chunked transfer encoding not supported');
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY) throw new ApiFailure(501, 'for data too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const type = request.headers['content-type'] ?? '';
  if (text === '' || /^application\/x-www-form-urlencoded/.test(type)) return parseParameters(text);
  if (/^application\/json/.test(type)) {
    const fields = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
  }
  throw new ApiFailure(506, `upload 'Content-Type '${type}'' not implemented`);
}

async function upgrade(cluster: Cluster, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
  socket.on('error', () => {});
  try {
    const user = identified(cluster, request);
    const port = consoleBehind(cluster, request, user, API);
    // Too late, or the second: nothing is ever said.
    if (port === undefined) return;
    const pipe = await port.take();
    acceptUpgrade(request, socket);
    await relay(socket, head, pipe, { idleMs: cluster.times.idle });
  } catch (error) {
    const failure = error instanceof ApiFailure ? error : new ApiFailure(500, (error as Error).message);
    if (failure.status === 401) await sleep(cluster.times.refusal, undefined, { ref: false });
    refuseUpgrade(socket, failure);
  }
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
