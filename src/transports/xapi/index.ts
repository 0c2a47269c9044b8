import { POWER_ACTIONS, type Transport } from '../transport.ts';
import { parseConsoleAddress, parseXapiAddress, showXapi } from './xapi-address.ts';

/** XenServer and XCP-ng: a VM's console through the API of its pool. */
export const xapi: Transport = {
  schemes: ['xapi'],
  example: 'xapi://xen.example/web-1',
  variables: ['XE_EXTRA_ARGS'],
  // A wrong password is answered after five seconds.
  connectTimeoutMs: 30_000,
  goesVia: true,

  describe(address) {
    return showXapi(parseXapiAddress(address));
  },

  async open(address, options) {
    const { open } = await import('./operations.ts');
    return { pipe: await open(parseConsoleAddress(address), options) };
  },

  machines: {
    powerActions: POWER_ACTIONS,

    async list(address, options) {
      const { list } = await import('./operations.ts');
      return await list(parseXapiAddress(address), options);
    },

    async power(address, action, options) {
      const { power } = await import('./operations.ts');
      await power(parseConsoleAddress(address), action, options);
    },
  },
};
