import type { Transport } from '../transport.ts';
import { parseHetzner, showHetzner } from './address.ts';

/** Hetzner Cloud: the servers of one project. */
export const hetzner: Transport = {
  schemes: ['hetzner'],
  example: 'hetzner://web-1',
  // Of hcloud, the provider's own program.
  variables: ['HCLOUD_TOKEN', 'HCLOUD_ENDPOINT'],
  // An action that is waited for, and the pauses that the API asks for.
  connectTimeoutMs: 60_000,
  goesVia: true,

  describe: (address) => showHetzner(parseHetzner(address)),
  open: async (address, options) => (await import('./console.ts')).openConsole(address, options),
  browserConsole: async (address, options) => (await import('./console.ts')).requestConsole(address, options),

  machines: {
    powerActions: ['on', 'off', 'shutdown', 'reset', 'reboot'],
    list: async (address, options) => (await import('./servers.ts')).listServers(address, options),
    power: async (address, action, options) => (await import('./servers.ts')).switchPower(address, action, options),
  },
};
