import { randomBytes, randomUUID, X509Certificate } from 'node:crypto';
import type { Emulation, Emulator } from '../emulator.ts';
import { selfSigned } from '../self-signed.ts';
import { type Account, Accounts } from './accounts.ts';
import type { Cluster } from './api.ts';
import { ConsolePorts } from './console-ports.ts';
import { Machine, type MachineDefinition, sceneScreen } from './machines.ts';
import { type ProxmoxOptions, TIMES } from './options.ts';
import { startServer } from './server.ts';

/** Proxmox VE. */
export const proxmox: Emulator = {
  name: 'proxmox',
  start: (options) => startProxmox(options),
};

export interface ProxmoxEmulation extends Emulation {
  readonly host: string;
  readonly port: number;
  readonly cluster: Cluster;
  /** PEM. */
  readonly ca: string;
}

export async function startProxmox(options: ProxmoxOptions = {}): Promise<ProxmoxEmulation> {
  const { version = 'new', nodes = ['pve1', 'pve2'], now = Date.now, host = '127.0.0.1', port = 0 } = options;
  const times = { ...TIMES, ...options.times };
  const certificate = options.certificate ?? selfSigned(['localhost', '127.0.0.1']);
  const accounts = options.accounts ?? [madeUpAccount()];
  const machines = options.machines ?? someMachines();
  const cluster: Cluster = {
    ...{ version, nodes, times, options, certificate: certificate.cert, tasks: new Map() },
    machines: machines.map((definition) => new Machine(definition)),
    accounts: new Accounts(accounts, now),
    ports: new ConsolePorts(times.accept),
  };
  const server = await startServer(cluster, certificate, { host, port });
  const address = `proxmox://${host}:${server.port}`;
  const fingerprint = new X509Certificate(certificate.cert).fingerprint256.replaceAll(':', '').toLowerCase();
  return {
    ...{ address, host, port: server.port, cluster, ca: certificate.cert },
    terminals: machines.filter(({ terminal }) => terminal).map(({ vmid }) => `${address}/${vmid}`),
    consoles: machines
      .filter(({ screen, state }) => screen && state === 'running')
      .map(({ vmid }) => `${address}/${vmid}`),
    variables: variablesOf(accounts),
    options: ['--tls-pin', `sha256:${fingerprint}`],
    close: server.stop,
    [Symbol.asyncDispose]: server.stop,
  };
}

function variablesOf([account]: readonly Account[]): Readonly<Record<string, string>> {
  const [token] = Object.entries(account?.tokens ?? {});
  if (account === undefined || token === undefined) return {};
  const [name, secret] = token;
  return { PROXMOX_VE_API_TOKEN: `${account.username}!${name}=${secret}` };
}

function madeUpAccount(): Account {
  return { username: 'root@pam', password: randomBytes(12).toString('base64url'), tokens: { rfbctl: randomUUID() } };
}

function someMachines(): readonly MachineDefinition[] {
  return [
    { vmid: 101, name: 'login', node: 'pve1', type: 'qemu', state: 'running', screen: sceneScreen('login') },
    { vmid: 102, name: 'desktop', node: 'pve2', type: 'qemu', state: 'running', screen: sceneScreen('desktop') },
    { vmid: 103, name: 'off', node: 'pve1', type: 'qemu', state: 'stopped', screen: sceneScreen('login') },
    { vmid: 200, name: 'shell', node: 'pve2', type: 'lxc', state: 'running', terminal: 'sh' },
    { vmid: 900, name: 'golden', node: 'pve1', type: 'qemu', state: 'stopped', template: true },
  ];
}
