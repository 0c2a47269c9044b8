import type { Transport } from '../transport.ts';
import { parseOpenStack, showOpenStack } from './address.ts';
import { VARIABLES } from './variables.ts';

/** OpenStack Nova: the servers of one project. */
export const openstack: Transport = {
  schemes: ['openstack'],
  example: 'openstack://web-1',
  variables: VARIABLES,
  // A login, a look-up and a console, each from another service.
  connectTimeoutMs: 60_000,
  goesVia: true,

  describe: (address) => showOpenStack(parseOpenStack(address)),
  open: async (address, options) => (await consoles()).openConsole(parseOpenStack(address), options),
  browserConsole: async (address, options) => (await consoles()).browserConsole(parseOpenStack(address), options),

  machines: {
    powerActions: ['on', 'off', 'shutdown', 'reset', 'reboot'],
    list: async (address, options) => (await servers()).listServers(parseOpenStack(address), options),
    power: async (address, action, options) => (await servers()).switchPower(parseOpenStack(address), action, options),
  },
};

const consoles = () => import('./console.ts');
const servers = () => import('./servers.ts');
