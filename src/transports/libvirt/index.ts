import { POWER_ACTIONS, type Transport } from '../transport.ts';
import { parseDomainAddress, parseLibvirtAddress, showLibvirt } from './libvirt-address.ts';

/** A domain of libvirt, by the system's virsh. */
export const libvirt: Transport = {
  schemes: ['libvirt'],
  example: 'libvirt://web-1?connect=qemu:///system',
  variables: ['VIRSH_DEFAULT_CONNECT_URI', 'LIBVIRT_DEFAULT_URI'],
  // Over ssh it logs in twice.
  connectTimeoutMs: 20_000,
  goesVia: true,

  describe(address) {
    return showLibvirt(parseLibvirtAddress(address));
  },

  async open(address, options) {
    return await (await operations()).open(parseDomainAddress(address), options);
  },

  machines: {
    powerActions: POWER_ACTIONS,

    async list(address, options) {
      return await (await operations()).list(parseLibvirtAddress(address), options);
    },

    async power(address, action, options) {
      await (await operations()).power(parseDomainAddress(address), action, options);
    },
  },
};

/** Most programs never ask. */
const operations = () => import('./operations.ts');
