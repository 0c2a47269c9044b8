import { randomUUID } from 'node:crypto';
import type { Connect } from '../console-stream.ts';
import type { HttpReply } from '../http-server.ts';

export interface EmulatedServer {
  readonly id: string;
  readonly name: string;
  status: 'ACTIVE' | 'SHUTOFF' | 'ERROR';
  /** What is being done with it. */
  task?: { readonly name: string; readonly to: 'ACTIVE' | 'SHUTOFF' | 'ERROR'; polls: number } | undefined;
  readonly connect: Connect;
}

export interface User {
  readonly name: string;
  readonly password: string;
  readonly domain: string;
}

export interface OpenStackOptions {
  readonly servers: readonly EmulatedServer[];
  readonly user: User;
  readonly project: string;
  readonly credential: { readonly id: string; readonly secret: string };
  /** The newest microversion; default 2.96. `2.1`: consoles are an action of the server. */
  readonly microversion?: string;
  /** What stands behind the host in the console page's address; default `/vnc_lite.html`. */
  readonly page?: string;
  /** For how long a console's token opens it; default ten minutes. */
  readonly tokenLifeMs?: number;
  /** Whether the proxy logs in at the hypervisor, and shows viewers a console of its own. */
  readonly securityProxy?: boolean;
  readonly regions?: readonly string[];
  /** Of one page of a list; default 1000. */
  readonly pageSize?: number;
}

export interface ConsoleToken {
  readonly token: string;
  readonly server: EmulatedServer;
  readonly expires: number;
}

/** What a service answers instead of what it was asked for. */
export class ServiceError extends Error {
  readonly reply: HttpReply;

  constructor(status: number, kind: string, message: string) {
    super(message);
    this.reply = { status, body: { [kind]: { code: status, message } } };
  }
}

/** One project of a cloud. */
export class OpenStackProject {
  readonly options: OpenStackOptions;
  /** What Keystone has given out. */
  readonly tokens = new Set<string>();
  readonly consoles: ConsoleToken[] = [];
  /** The next calls that change something are answered so. */
  readonly failures: ServiceError[] = [];

  constructor(options: OpenStackOptions) {
    this.options = options;
  }

  openConsole(server: EmulatedServer): ConsoleToken {
    const console = { token: randomUUID(), server, expires: Date.now() + (this.options.tokenLifeMs ?? 600_000) };
    this.consoles.push(console);
    return console;
  }
}

/** Time has passed for a server: somebody looked at it. */
export function advance(server: EmulatedServer): void {
  if (server.task === undefined || --server.task.polls > 0) return;
  server.status = server.task.to;
  server.task = undefined;
}
