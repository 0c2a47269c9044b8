import { openWebSocket } from '../open-websocket.ts';
import type { Opened, OpenOptions } from '../transport.ts';
import { type KubeVirtAddress, machineIn, showKubeVirt } from './address.ts';
import { failureOf, KubeApi, SUBRESOURCES } from './api.ts';

export async function openConsole(address: KubeVirtAddress, options: OpenOptions): Promise<Opened> {
  const { namespace, machine } = machineIn(address);
  const api = await KubeApi.open(address, options);
  const name = showKubeVirt(address);
  const doing = `opening the console of ${name}`;
  options.onProgress?.(`${doing} at ${api.where}`);
  const session = address.preserveSession ? '?preserveSession=true' : '';
  const path = `${SUBRESOURCES}/namespaces/${namespace}/virtualmachineinstances/${machine}/vnc${session}`;
  const pipe = await openWebSocket(api.websocket(path), {
    signal: options.signal,
    via: options.via,
    onWarning: options.onWarning,
    headers: api.headers,
    tls: api.tls,
    subprotocol: 'plain.kubevirt.io',
    name,
    refused: (answer) => failureOf(answer, { method: 'GET', doing }, api.where),
  });
  return { pipe };
}
