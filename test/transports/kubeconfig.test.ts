import { expect, test, vi } from 'vitest';
import { clusterOf } from '../../src/transports/kubevirt/kubeconfig.ts';

vi.mock('@kubernetes/client-node', () => {
  throw new Error('not found');
});

test('without the optional package, the message says which', async () => {
  await expect(clusterOf(undefined, {})).rejects.toMatchObject({
    name: 'UsageError',
    code: 'BAD_OPTION',
    message: 'kubevirt: needs a package that is not installed: npm install @kubernetes/client-node',
  });
});
