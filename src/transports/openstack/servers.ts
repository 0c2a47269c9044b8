import { ActionError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { type JsonRecord, listOf, recordIn, textIn, textOf } from '../json-record.ts';
import type { Machine, OpenOptions, PowerAction } from '../transport.ts';
import { type OpenStackAddress, serverIn, showOpenStack } from './address.ts';
import { Compute } from './compute.ts';

/** `os-stop` asks the guest, and cuts after a while: Nova has no other. */
const ACTIONS: Readonly<Record<PowerAction, JsonRecord>> = {
  on: { 'os-start': null },
  off: { 'os-stop': null },
  shutdown: { 'os-stop': null },
  reset: { reboot: { type: 'HARD' } },
  reboot: { reboot: { type: 'SOFT' } },
};

export async function listServers(address: OpenStackAddress, options: OpenOptions): Promise<readonly Machine[]> {
  const compute = await Compute.open(address, options);
  if (address.server !== undefined) return [machineOf(await compute.find(address.server), address, compute.where)];
  const machines: Machine[] = [];
  for (let path: string | undefined = '/servers/detail'; path !== undefined; ) {
    const answer: JsonRecord = await compute.call({ method: 'GET', path, doing: 'listing servers' });
    const page = listOf(answer.servers, compute.where);
    machines.push(...page.map((server) => machineOf(server, address, compute.where)));
    const more = Array.isArray(answer.servers_links) && answer.servers_links.length > 0 && page.length > 0;
    path = more ? `/servers/detail?marker=${encodeURIComponent(machines.at(-1)?.id ?? '')}` : undefined;
  }
  return machines;
}

export async function switchPower(address: OpenStackAddress, action: PowerAction, options: OpenOptions): Promise<void> {
  const compute = await Compute.open(address, options);
  const server = await compute.find(serverIn(address));
  const id = encodeURIComponent(textOf(server, 'id', compute.where));
  const wanted = action === 'off' || action === 'shutdown' ? 'SHUTOFF' : 'ACTIVE';
  const again = action === 'reset' || action === 'reboot';
  if (!again && textIn(server, 'status') === wanted && taskOf(server) === undefined) return;
  const doing = `waiting for ${action} of ${showOpenStack(address)}`;
  await compute.call({ method: 'POST', path: `/servers/${id}/action`, doing, body: ACTIONS[action] });
  await compute.until(doing, async () => {
    const now = recordIn(await compute.call({ method: 'GET', path: `/servers/${id}`, doing }), 'server');
    const status = textIn(now, 'status') ?? '';
    if (status === 'ERROR') {
      const fault = printable(textIn(recordIn(now, 'fault'), 'message') ?? 'without a reason');
      throw new ActionError('ACTION_FAILED', `${showOpenStack(address)}: ${action} failed: ${fault}`);
    }
    return status === wanted && taskOf(now) === undefined;
  });
}

/** What Nova is doing with a server at this moment. */
function taskOf(server: JsonRecord): string | undefined {
  return textIn(server, 'OS-EXT-STS:task_state');
}

function machineOf(server: JsonRecord, { cloud }: OpenStackAddress, where: string): Machine {
  const id = textOf(server, 'id', where);
  const zone = textIn(server, 'OS-EXT-AZ:availability_zone');
  return {
    id,
    name: textIn(server, 'name') ?? id,
    state: textOf(server, 'status', where),
    console: 'vnc',
    address: showOpenStack({ server: id, cloud }),
    ...(zone !== undefined && zone !== '' && { host: zone }),
  };
}
