import { connect } from 'node:net';
import { type ProxmoxEmulation, startProxmox } from '../../src/emulators/proxmox/index.ts';
import type { MachineDefinition, Screen } from '../../src/emulators/proxmox/machines.ts';
import type { ProxmoxOptions } from '../../src/emulators/proxmox/options.ts';
import { socketPipe } from '../../src/server/listen.ts';
import { type PipeServer, type Serve, serveTcp } from './pipe-servers.ts';

export const ROOT = {
  username: 'root@pam',
  password: 'Pr0xm0x&+;%',
  tokens: { ci: '5ecre7f0-0000-4000-8000-000000000001' },
};
export const TOKEN = `root@pam!ci=${ROOT.tokens.ci}`;

/** Refusals without their three seconds, which one test measures. */
export function emulate(options: ProxmoxOptions = {}): Promise<ProxmoxEmulation> {
  return startProxmox({ accounts: [ROOT], ...options, times: { refusal: 0, task: 20, ...options.times } });
}

/** A machine that runs on the first node. */
export function machine(vmid: number, rest: Partial<MachineDefinition> = {}): MachineDefinition {
  return { vmid, name: `vm${vmid}`, node: 'pve1', type: 'qemu', state: 'running', ...rest };
}

/** What listens on a port of this machine, as a screen; its password is its own affair. */
export function tcpScreen(port: number, setPassword: Screen['setPassword'] = async () => {}): Screen {
  return {
    setPassword,
    connect: async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.on('error', () => {});
      return socketPipe(socket);
    },
  };
}

/** Any handler behind the console of machine 101. */
export async function serveProxmox(serve: Serve): Promise<PipeServer> {
  const { address, close } = await serveTcp(serve);
  const emulation = await emulate({
    machines: [machine(101, { screen: tcpScreen(Number(address.split(':').at(-1))) })],
  });
  return {
    address: `${emulation.address}/nodes/pve1/qemu/101`,
    options: { tls: { ca: emulation.ca }, variables: { PROXMOX_VE_API_TOKEN: TOKEN } },
    async close() {
      await emulation.close();
      await close();
    },
  };
}

/** How to get in with the token. */
export function withToken({ ca }: ProxmoxEmulation) {
  return { tls: { ca }, variables: { PROXMOX_VE_API_TOKEN: TOKEN } };
}

/** How to get in as the user. */
export function asUser({ ca }: ProxmoxEmulation) {
  return { tls: { ca }, credentials: { username: ROOT.username, password: ROOT.password } };
}
