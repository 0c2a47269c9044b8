import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Host, type HostOptions, startHost } from '../../src/emulators/xapi/host.ts';
import { type EmulatedConsole, type EmulatedVm, Pool, type PoolOptions } from '../../src/emulators/xapi/pool.ts';
import type { RequestHead } from '../../src/emulators/xapi/request-head.ts';
import type { OpenOptions } from '../../src/transports/transport.ts';
import { type PipeServer, type Serve, serveTcp } from './pipe-servers.ts';

export const PASSWORD = 'pa,ss w\\ord';

/** A pool on this machine: what it was asked, and how its first host is reached. */
export interface RunningPool extends AsyncDisposable {
  readonly pool: Pool;
  readonly hosts: readonly Host[];
  readonly requests: RequestHead[];
  /** `xapi://127.0.0.1:PORT/vm`. */
  at(vm: string, host?: number): string;
  /** Who gets in, and trusts a host by its pin. */
  options(host?: number, user?: string): OpenOptions;
}

export type PoolSetup = Partial<PoolOptions> & {
  readonly vms: readonly EmulatedVm[];
  /** One for each host, the coordinator first; they are 127.0.0.1, 127.0.0.2 … on one port. */
  readonly hosts?: readonly HostOptions[];
};

export async function startPool({ hosts: setups = [{}], ...options }: PoolSetup): Promise<RunningPool> {
  const users = {
    root: { password: PASSWORD, role: 'pool-admin' },
    reader: { password: PASSWORD, role: 'read-only' },
  } as const;
  const pool = new Pool({ users, refusalMs: 20, powerMs: 50, ...options });
  const requests: RequestHead[] = [];
  const hosts: Host[] = [];
  const close = async () => {
    pool.close();
    for (const host of hosts) await host.close();
  };
  try {
    for (const [i, setup] of setups.entries()) {
      const address = `127.0.0.${i + 1}`;
      const onRequest = (head: RequestHead) => requests.push(head);
      hosts.push(await startHost(pool, { address, port: hosts[0]?.port ?? 0, onRequest, ...setup }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pool,
    hosts,
    requests,
    at: (vm, host = 0) => `xapi://127.0.0.${host + 1}:${hosts[host]?.port}/${vm}`,
    options: (host = 0, username = 'root') => ({
      credentials: () => ({ username, password: PASSWORD }),
      tls: { pin: hosts[host]?.fingerprint },
    }),
    [Symbol.asyncDispose]: close,
  };
}

/** A console behind a pool of its own. */
export async function serveXapi(serve: Serve): Promise<PipeServer> {
  const server = await serveTcp(serve);
  const users = { root: { password: 'x', role: 'pool-admin' } } as const;
  const consoles = [rfbAt(Number(server.address.split(':').at(-1)))];
  const running = await startPool({ users, vms: [{ name: 'web', consoles }] });
  const variables = { XE_EXTRA_ARGS: 'username=root,password=x' };
  return {
    address: running.at('web'),
    options: { variables, tls: running.options().tls },
    async close() {
      await running[Symbol.asyncDispose]();
      await server.close();
    },
  };
}

/** A console whose server is at a port of this machine. */
export function rfbAt(port: number): EmulatedConsole {
  return { protocol: 'rfb', connect: () => dial(port) };
}

async function dial(port: number): Promise<Duplex> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return socket;
}
