import { ConnectionError, UsageError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { quoted } from '../address.ts';
import { type Guest, type ProxmoxAddress, showApi, showProxmox } from './address.ts';
import type { ProxmoxApi } from './api.ts';
import { listOf, recordOf, textIn, textOf } from './fields.ts';

export interface FoundGuest extends Guest {
  readonly name: string;
  readonly state: string;
  readonly template: boolean;
}

/** What a console can be of. */
export type Owner = ({ readonly kind: 'guest' } & Guest) | { readonly kind: 'node'; readonly node: string };

/** Of machines that a message names. */
const MAX_NAMED = 8;

/** All that these credentials may see, `VM.Audit` says which. */
export async function guests(api: ProxmoxApi): Promise<readonly FoundGuest[]> {
  const data = await api.call({ path: '/cluster/resources?type=vm', doing: 'listing machines' });
  return listOf(data).flatMap((entry) => {
    const type = textOf(entry, 'type');
    if (type !== 'qemu' && type !== 'lxc') return [];
    const vmid = textOf(entry, 'vmid');
    const name = textIn(entry, 'name') ?? vmid;
    const template = Boolean(Number(textIn(entry, 'template') ?? 0));
    return [{ node: textOf(entry, 'node'), type, vmid, name, state: textIn(entry, 'status') ?? 'unknown', template }];
  });
}

/** @throws UsageError `BAD_ADDRESS`: it names no machine, or several · ConnectionError `CONNECT_FAILED`: there is none */
export async function locate(api: ProxmoxApi, address: ProxmoxAddress): Promise<Owner> {
  const { place } = address;
  if (place.kind === 'cluster') {
    const how = `${showProxmox(address)}/VMID or ${showProxmox(address)}/NAME`;
    throw new UsageError(
      'BAD_ADDRESS',
      `${showProxmox(address)} names no machine: wanted ${how}; rfbctl list says which`,
    );
  }
  if (place.kind !== 'selector') return place;
  const { selector } = place;
  const all = await guests(api);
  const found = /^\d+$/.test(selector)
    ? all.filter(({ vmid }) => vmid === selector)
    : all.filter(({ name }) => name === selector);
  const [one, another] = found;
  if (one === undefined) {
    const message = `${showApi(address)} has no machine ${quoted(selector)} that ${api.username} may see (VM.Audit): ${named(all)}`;
    throw new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
  }
  if (another !== undefined) {
    const ids = found.map(({ vmid }) => vmid).join(', ');
    throw new UsageError(
      'BAD_ADDRESS',
      `${showApi(address)} has several machines called ${quoted(selector)}: use one of ${ids}`,
    );
  }
  return { kind: 'guest', node: one.node, type: one.type, vmid: one.vmid };
}

/** What is running now: lists lag behind. Undefined where the credentials may not know. */
export async function stateOf(api: ProxmoxApi, guest: Guest): Promise<string | undefined> {
  const path = `${pathOf({ kind: 'guest', ...guest })}/status/current`;
  const data = await api.callIfAllowed({ path, doing: `asking for the state of ${guest.vmid}` });
  return data === undefined ? undefined : textIn(recordOf(data), 'status');
}

function named(all: readonly FoundGuest[]): string {
  if (all.length === 0) return 'none at all';
  const names = all.slice(0, MAX_NAMED).map(({ vmid, name }) => `${vmid} (${name})`);
  return printable(`${names.join(', ')}${all.length > MAX_NAMED ? ` and ${all.length - MAX_NAMED} more` : ''}`);
}

/** Below `/nodes/…`, what the console's calls begin with. */
export function pathOf(owner: Owner): string {
  const node = `/nodes/${encodeURIComponent(owner.node)}`;
  return owner.kind === 'node' ? node : `${node}/${owner.type}/${owner.vmid}`;
}
