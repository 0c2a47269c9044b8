import type { Transport } from '../transport.ts';
import { parseProxmox, showProxmox } from './address.ts';
import { VARIABLES } from './identity.ts';

/** Proxmox VE: machines, containers and the shells of nodes, through the API of any node of the cluster. */
export const proxmox: Transport = {
  schemes: ['proxmox'],
  example: 'proxmox://pve.example/101',
  variables: VARIABLES,
  // Any 401 takes three seconds, and a console takes five calls.
  connectTimeoutMs: 30_000,
  goesVia: true,

  describe: (address) => showProxmox(parseProxmox(address)),
  open: async (address, options) => (await import('./console.ts')).openConsole(parseProxmox(address), options),
  openTerminal: async (address, options) =>
    (await import('./terminal.ts')).openTerminal(parseProxmox(address), options),

  machines: {
    powerActions: ['on', 'off', 'shutdown', 'reset', 'reboot'],
    list: async (address, options) => (await machines()).listMachines(parseProxmox(address), options),
    power: async (address, action, options) => (await machines()).switchPower(parseProxmox(address), action, options),
  },
};

/** Most programs never ask. */
const machines = () => import('./machines.ts');
