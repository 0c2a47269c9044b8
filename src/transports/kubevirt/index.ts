import type { Transport } from '../transport.ts';
import { parseKubeVirt, showKubeVirt } from './address.ts';

/** KubeVirt: virtual machines in a Kubernetes cluster. */
export const kubevirt: Transport = {
  schemes: ['kubevirt'],
  example: 'kubevirt://default/web-1',
  // Of kubectl, and of every pod.
  variables: ['KUBECONFIG', 'HOME', 'KUBERNETES_SERVICE_HOST'],
  // Plugins of a kubeconfig log in somewhere first.
  connectTimeoutMs: 60_000,
  goesVia: true,

  describe: (address) => showKubeVirt(parseKubeVirt(address)),
  open: async (address, options) => (await import('./console.ts')).openConsole(parseKubeVirt(address), options),

  machines: {
    powerActions: ['on', 'off', 'shutdown', 'reset', 'reboot'],
    list: async (address, options) => (await machines()).listMachines(parseKubeVirt(address), options),
    power: async (address, action, options) => (await machines()).switchPower(parseKubeVirt(address), action, options),
  },
};

const machines = () => import('./machines.ts');
