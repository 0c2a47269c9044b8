import { randomBytes, randomUUID } from 'node:crypto';
import type { Connect } from '../console-stream.ts';
import type { HttpReply } from '../http-server.ts';

export type ServerStatus = 'running' | 'off' | 'starting' | 'stopping';

export interface EmulatedServer {
  readonly id: number;
  readonly name: string;
  status: ServerStatus;
  readonly connect: Connect;
}

export interface ProjectOptions {
  readonly servers: readonly EmulatedServer[];
  /** May read and write. */
  readonly token: string;
  readonly readOnlyToken?: string;
  /** For how long a console's URL opens it; default a minute. */
  readonly urlLifeMs?: number;
  /** How often an action is asked for before it is done; default twice. */
  readonly polls?: number;
  /** Requests in an hour; default 3600. They come back evenly. */
  readonly limit?: number;
  /** Of one page of a list; default 25. */
  readonly pageSize?: number;
}

export interface Action {
  readonly id: number;
  readonly command: string;
  readonly server: EmulatedServer;
  polls: number;
  status: 'running' | 'success' | 'error';
  error: { readonly code: string; readonly message: string } | null;
  readonly finish: () => void;
}

/** A console that was asked for: its path opens it, exactly as it was given. */
export interface ConsoleTicket {
  readonly path: string;
  readonly password: string;
  readonly server: EmulatedServer;
  readonly expires: number;
}

/** What the API answers instead of what it was asked for. */
export class ApiError extends Error {
  readonly reply: HttpReply;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.reply = { status, headers, body: { error: { code, message, details: {} } } };
  }
}

/** What belongs to one token. */
export class Project {
  readonly options: ProjectOptions;
  readonly servers: readonly EmulatedServer[];
  readonly actions = new Map<number, Action>();
  readonly tickets: ConsoleTicket[] = [];
  /** The next requests for an action are answered so. */
  readonly failures: ApiError[] = [];
  /** The next actions end so. */
  readonly failingActions: { readonly code: string; readonly message: string }[] = [];
  #nextAction = 1;
  #used = 0;
  #since = Date.now();

  constructor(options: ProjectOptions) {
    this.options = options;
    this.servers = options.servers;
  }

  /** Counts a request. @throws ApiError */
  charge(): void {
    const { limit = 3600 } = this.options;
    const now = Date.now();
    this.#used = Math.max(0, this.#used - ((now - this.#since) * limit) / 3_600_000);
    this.#since = now;
    if (this.#used > limit - 1)
      throw new ApiError(429, 'rate_limit_exceeded', 'limit of 3600 requests per hour reached');
    this.#used++;
  }

  rateHeaders(): Readonly<Record<string, string>> {
    const { limit = 3600 } = this.options;
    const reset = Math.ceil(Date.now() / 1000 + (this.#used * 3600) / limit);
    const remaining = Math.floor(limit - this.#used);
    return { 'RateLimit-Limit': `${limit}`, 'RateLimit-Remaining': `${remaining}`, 'RateLimit-Reset': `${reset}` };
  }

  /** One action at a time and server. @throws ApiError */
  act(server: EmulatedServer, command: string, finish: () => void): Action {
    for (const action of this.actions.values()) {
      if (action.server === server && action.status === 'running')
        throw new ApiError(423, 'locked', 'server is locked');
    }
    const action: Action = {
      id: this.#nextAction++,
      command,
      server,
      polls: 0,
      status: 'running',
      error: null,
      finish,
    };
    this.actions.set(action.id, action);
    return action;
  }

  /** Some time has passed for an action: it was asked for. */
  advance(action: Action): void {
    if (action.status !== 'running' || ++action.polls < (this.options.polls ?? 2)) return;
    action.error = this.failingActions.shift() ?? null;
    action.status = action.error === null ? 'success' : 'error';
    if (action.error === null) action.finish();
  }

  openConsole(server: EmulatedServer): ConsoleTicket {
    // Escapes and a plus: who reads the URL and writes it again has another one.
    const path = `/?server_id=${server.id}&token=${randomUUID()}%2f+${randomBytes(3).toString('hex')}`;
    const password = randomBytes(24).toString('base64url');
    const ticket = { path, password, server, expires: Date.now() + (this.options.urlLifeMs ?? 60_000) };
    this.tickets.push(ticket);
    return ticket;
  }
}
