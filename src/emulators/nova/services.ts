import { randomUUID } from 'node:crypto';
import type { HttpCall, HttpReply } from '../http-server.ts';
import { advance, type EmulatedServer, type OpenStackProject, ServiceError } from './project.ts';

/** Keystone at `/identity`, Nova at `/compute`; `authority` is where both are, and the consoles. */
export function answer(project: OpenStackProject, call: HttpCall, authority: string): HttpReply {
  try {
    const { pathname } = call.url;
    if (pathname === '/identity/v3/auth/tokens' && call.method === 'POST') return logIn(project, call, authority);
    if (pathname.startsWith('/compute/v2.1/')) return compute(project, call, authority);
    return { status: 404, body: '<html><h1>404 Not Found</h1></html>' };
  } catch (error) {
    if (error instanceof ServiceError) return error.reply;
    throw error;
  }
}

type Json = Readonly<Record<string, unknown>>;
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, name) => (found as Json | undefined)?.[name], value);

const UNAUTHORIZED = 'The request you have made requires authentication.';

function logIn(project: OpenStackProject, { body }: HttpCall, authority: string): HttpReply {
  const { user, project: name, credential, regions = ['RegionOne'] } = project.options;
  const auth = at(parse(body), 'auth');
  const [method] = (at(auth, 'identity', 'methods') as readonly string[] | undefined) ?? [];
  const given = at(auth, 'identity', method ?? '');
  const scope = at(auth, 'scope', 'project');
  let scoped = scope !== undefined;
  if (method === 'password') {
    const right =
      at(given, 'user', 'name') === user.name &&
      at(given, 'user', 'password') === user.password &&
      domainOf(at(given, 'user')) === user.domain;
    if (!right) throw new ServiceError(401, 'error', UNAUTHORIZED);
  } else if (method === 'application_credential') {
    if (scope !== undefined) throw new ServiceError(401, 'error', 'Application credentials cannot request a scope.');
    if (at(given, 'id') !== credential.id || at(given, 'secret') !== credential.secret) {
      throw new ServiceError(401, 'error', UNAUTHORIZED);
    }
    scoped = true;
  } else if (method === 'token') {
    if (!project.tokens.has(String(at(given, 'id')))) throw new ServiceError(401, 'error', UNAUTHORIZED);
  } else throw new ServiceError(400, 'error', "Expecting to find 'methods' in identity.");
  if (scope !== undefined && (at(scope, 'name') !== name || domainOf(scope) !== user.domain)) {
    throw new ServiceError(401, 'error', UNAUTHORIZED);
  }
  const token = `gAAAAA${randomUUID()}`;
  project.tokens.add(token);
  const endpoints = regions.flatMap((region) =>
    ['admin', 'internal', 'public'].map((kind) => {
      const url = kind === 'public' ? `http://${authority}/compute/v2.1` : 'http://192.0.2.1/compute/v2.1';
      return { interface: kind, region, region_id: region, url };
    }),
  );
  const catalog = [
    { type: 'identity', name: 'keystone', endpoints: [] },
    { type: 'compute', name: 'nova', endpoints },
  ];
  return {
    status: 201,
    headers: { 'X-Subject-Token': token, Vary: 'X-Auth-Token' },
    body: { token: { methods: [method], user: { name: user.name }, ...(scoped && { catalog, project: { name } }) } },
  };
}

function domainOf(value: unknown): unknown {
  return at(value, 'domain', 'id') ?? at(value, 'domain', 'name');
}

function compute(project: OpenStackProject, call: HttpCall, authority: string): HttpReply {
  const { servers, microversion: newest = '2.96', pageSize = 1000 } = project.options;
  if (!project.tokens.has(String(call.headers['x-auth-token'] ?? ''))) {
    return { status: 401, body: { error: { code: 401, title: 'Unauthorized', message: UNAUTHORIZED } } };
  }
  const version = versionOf(call.headers);
  if (number(version) > number(newest)) {
    const message = `Version ${version} is not supported by the API. Minimum is 2.1 and maximum is ${newest}.`;
    throw new ServiceError(406, 'computeFault', message);
  }
  const [collection, id = '', action, ...more] = call.url.pathname.slice('/compute/v2.1/'.length).split('/');
  if (collection !== 'servers' || more.length > 0) throw notFound();
  if (call.method === 'GET' && (id === 'detail' || id === '')) return list(servers, call.url.searchParams, pageSize);
  const server = servers.find((candidate) => candidate.id === id);
  if (server === undefined) throw new ServiceError(404, 'itemNotFound', `Instance ${id} could not be found.`);
  if (call.method === 'GET' && action === undefined) {
    advance(server);
    return { status: 200, body: { server: described(server) } };
  }
  if (call.method !== 'POST') throw notFound();
  const failure = project.failures.shift();
  if (failure) throw failure;
  const body = parse(call.body);
  // Before 2.6 there is no such thing.
  if (action === 'remote-consoles' && number(version) >= number('2.6')) {
    const { protocol, type } = (at(body, 'remote_console') ?? {}) as Json;
    if (protocol !== 'vnc' || type !== 'novnc') throw new ServiceError(400, 'badRequest', 'Unavailable console type.');
    return { status: 200, body: { remote_console: { protocol, type, url: console(project, server, authority) } } };
  }
  if (action !== 'action') throw notFound();
  if (at(body, 'os-getVNCConsole') !== undefined) {
    if (number(version) >= number('2.6')) throw notFound();
    return { status: 200, body: { console: { type: 'novnc', url: console(project, server, authority) } } };
  }
  return act(server, body);
}

/** Its page gives the token in `path`, which holds a query of its own. */
function console(project: OpenStackProject, server: EmulatedServer, authority: string): string {
  if (server.status !== 'ACTIVE')
    throw new ServiceError(409, 'conflictingRequest', `Instance ${server.id} is not ready`);
  const url = new URL(project.options.page ?? '/vnc_lite.html', `http://${authority}`);
  const { token } = project.openConsole(server);
  const path = url.searchParams.get('path') ?? '';
  url.search = `path=${encodeURIComponent(`${path}?token=${token}`)}`;
  return url.href;
}

const ACTIONS: readonly (readonly [name: string, from: string, to: 'ACTIVE' | 'SHUTOFF', task: string])[] = [
  ['os-start', 'SHUTOFF', 'ACTIVE', 'powering-on'],
  ['os-stop', 'ACTIVE', 'SHUTOFF', 'powering-off'],
  ['reboot', 'ACTIVE', 'ACTIVE', 'rebooting'],
];

function act(server: EmulatedServer, body: unknown): HttpReply {
  const found = ACTIONS.find(([name]) => Object.hasOwn(body as object, name));
  if (found === undefined)
    throw new ServiceError(400, 'badRequest', `There is no such action: ${Object.keys(body as object)}`);
  const [name, from, to, task] = found;
  if (server.task !== undefined || server.status !== from) {
    const state = server.task
      ? `task_state ${server.task.name}`
      : `vm_state ${server.status === 'ACTIVE' ? 'active' : 'stopped'}`;
    throw new ServiceError(409, 'conflictingRequest', `Cannot '${name}' instance ${server.id} while it is in ${state}`);
  }
  server.task = { name: task, to, polls: 2 };
  return { status: 202 };
}

/** `name` is an expression, as for MySQL, that is found anywhere. */
function list(servers: readonly EmulatedServer[], query: URLSearchParams, pageSize: number): HttpReply {
  const name = query.get('name');
  const marker = query.get('marker');
  const matching = name === null ? servers : servers.filter((server) => new RegExp(name).test(server.name));
  const from = marker === null ? 0 : matching.findIndex(({ id }) => id === marker) + 1;
  const page = matching.slice(from, from + pageSize);
  const more = from + pageSize < matching.length;
  const links = more ? { servers_links: [{ rel: 'next', href: 'http://192.0.2.1/unroutable' }] } : {};
  return { status: 200, body: { servers: page.map(described), ...links } };
}

function described({ id, name, status, task }: EmulatedServer): Json {
  const fault = status === 'ERROR' ? { fault: { code: 500, message: 'No valid host was found.' } } : {};
  const state = { 'OS-EXT-STS:task_state': task?.name ?? null, 'OS-EXT-AZ:availability_zone': 'nova' };
  return { id, name, status, ...state, ...fault };
}

function versionOf(headers: HttpCall['headers']): string {
  const [, version] = /^compute (2\.\d+)$/.exec(String(headers['openstack-api-version'] ?? '')) ?? [];
  return version ?? String(headers['x-openstack-nova-api-version'] ?? '2.1');
}

const number = (version: string) => Number(version.slice(2));
const notFound = () => new ServiceError(404, 'itemNotFound', 'The resource could not be found.');

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ServiceError(400, 'badRequest', 'Malformed request body');
  }
}
