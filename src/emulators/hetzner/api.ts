import type { HttpCall, HttpReply } from '../http-server.ts';
import { type Action, ApiError, type EmulatedServer, type Project, type ServerStatus } from './project.ts';

/** `console` is the authority that consoles are served at. */
export function answer(project: Project, call: HttpCall, console: string): HttpReply {
  try {
    const role = roleOf(project, call);
    project.charge();
    const failure = call.method === 'POST' ? project.failures.shift() : undefined;
    if (failure) throw failure;
    if (call.method !== 'GET' && role === 'read') {
      throw new ApiError(403, 'token_readonly', 'the token has only read permissions');
    }
    return withHeaders(project, route(project, call, console));
  } catch (error) {
    if (error instanceof ApiError) return withHeaders(project, error.reply);
    throw error;
  }
}

function withHeaders(project: Project, reply: HttpReply): HttpReply {
  return { ...reply, headers: { ...project.rateHeaders(), ...reply.headers } };
}

function roleOf({ options }: Project, { headers }: HttpCall): 'read' | 'write' {
  const [, token] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  if (token === options.token) return 'write';
  if (token !== undefined && token === options.readOnlyToken) return 'read';
  throw new ApiError(401, 'unauthorized', 'unable to authenticate');
}

function route(project: Project, { method, url }: HttpCall, console: string): HttpReply {
  const [version, collection, id, actions, command, ...more] = url.pathname.split('/').slice(1);
  if (version !== 'v1' || more.length > 0) throw notFound('page');
  if (method === 'GET' && collection === 'actions' && id !== undefined && actions === undefined) {
    return { status: 200, body: { action: actionBody(actionOf(project, id)) } };
  }
  if (collection !== 'servers') throw notFound('page');
  if (method === 'GET' && id === undefined) return list(project, url.searchParams);
  if (method === 'GET' && actions === undefined) {
    const server = serverOf(project, id);
    const shown = body(server);
    // A guest that was told to goes down in its own time: by the next look.
    if (server.status === 'stopping') server.status = 'off';
    return { status: 200, body: { server: shown } };
  }
  if (method === 'POST' && actions === 'actions') return act(project, serverOf(project, id), command ?? '', console);
  throw notFound('page');
}

/** Names are compared whole: what is asked for is one or none. */
function list({ servers, options }: Project, query: URLSearchParams): HttpReply {
  const { pageSize = 25 } = options;
  const name = query.get('name');
  const found = name === null ? servers : servers.filter((server) => server.name === name);
  const size = Math.min(Number(query.get('per_page') ?? pageSize), 50, pageSize);
  const page = Number(query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(found.length / size));
  const pagination = {
    page,
    per_page: size,
    previous_page: page > 1 ? page - 1 : null,
    next_page: page < last ? page + 1 : null,
    last_page: last,
    total_entries: found.length,
  };
  return {
    status: 200,
    body: { servers: found.slice((page - 1) * size, page * size).map(body), meta: { pagination } },
  };
}

const STATES: Readonly<Record<string, { readonly from?: ServerStatus; readonly to: ServerStatus }>> = {
  poweron: { to: 'running' },
  poweroff: { to: 'off' },
  shutdown: { from: 'running', to: 'stopping' },
  reboot: { from: 'running', to: 'running' },
  reset: { from: 'running', to: 'running' },
};

function act(project: Project, server: EmulatedServer, command: string, console: string): HttpReply {
  if (command === 'request_console') {
    const action = project.act(server, command, () => {});
    const { path, password } = project.openConsole(server);
    return { status: 201, body: { wss_url: `ws://${console}${path}`, password, action: actionBody(action) } };
  }
  const state = STATES[command];
  if (state === undefined) throw notFound('page');
  if (state.from !== undefined && server.status !== state.from) {
    throw new ApiError(412, 'precondition_failed', `server is ${server.status}`);
  }
  const action = project.act(server, command, () => {
    server.status = state.to;
  });
  return { status: 201, body: { action: actionBody(action) } };
}

function actionOf(project: Project, id: string): Action {
  const action = project.actions.get(Number(id));
  if (action === undefined) throw notFound('action');
  project.advance(action);
  return action;
}

function serverOf({ servers }: Project, id = ''): EmulatedServer {
  const server = servers.find((candidate) => `${candidate.id}` === id);
  if (server === undefined) throw notFound('server');
  return server;
}

const notFound = (what: string) => new ApiError(404, 'not_found', `${what} not found`);

const body = ({ id, name, status }: EmulatedServer) => ({
  id,
  name,
  status,
  location: { name: 'fsn1', city: 'Falkenstein' },
});

function actionBody({ id, command, status, error, server }: Action) {
  const resources = [{ id: server.id, type: 'server' }];
  return {
    id,
    command,
    status,
    progress: status === 'running' ? 0 : 100,
    started: '',
    finished: null,
    error,
    resources,
  };
}
