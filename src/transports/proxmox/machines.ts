import { setTimeout as sleep } from 'node:timers/promises';
import { ActionError, UsageError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import type { Machine, OpenOptions, PowerAction } from '../transport.ts';
import { type Guest, type ProxmoxAddress, showApi, showProxmox } from './address.ts';
import { ProxmoxApi } from './api.ts';
import { recordOf, textIn } from './fields.ts';
import { guests, locate, pathOf, stateOf } from './lookup.ts';

/** What Proxmox VE calls them. */
const COMMANDS = { on: 'start', off: 'stop', shutdown: 'shutdown', reset: 'reset', reboot: 'reboot' } as const;

const TASK_PAUSE_MS = 500;

export async function listMachines(address: ProxmoxAddress, options: OpenOptions): Promise<readonly Machine[]> {
  const api = await ProxmoxApi.open(address, options);
  const { place } = address;
  const found = (await guests(api)).filter((guest) => {
    if (place.kind === 'cluster') return true;
    if (place.kind === 'node') return guest.node === place.node;
    return place.kind === 'guest' ? guest.vmid === place.vmid : [guest.vmid, guest.name].includes(place.selector);
  });
  return found.map(({ vmid, name, state, type, node, template }) => ({
    id: vmid,
    name,
    state,
    console: template ? 'none' : type === 'qemu' ? 'vnc' : 'text',
    host: node,
    address: `${showApi(address)}/${vmid}`,
  }));
}

export async function switchPower(address: ProxmoxAddress, action: PowerAction, options: OpenOptions): Promise<void> {
  const api = await ProxmoxApi.open(address, options);
  const name = showProxmox(address);
  const owner = await locate(api, address);
  if (owner.kind === 'node') throw new UsageError('BAD_ADDRESS', `${name} is a node: only machines are switched`);
  if (action === 'reset' && owner.type === 'lxc') {
    throw new ActionError('ACTION_FAILED', `${name} is a container and has no reset: off and on do the same`);
  }
  const state = await stateOf(api, owner);
  if (state === (action === 'on' ? 'running' : 'stopped')) {
    if (action === 'on' || action === 'off' || action === 'shutdown') return;
    throw new ActionError('ACTION_FAILED', `${name} is stopped and cannot ${action}: switch it on`);
  }
  const path = `${pathOf(owner)}/status/${COMMANDS[action]}`;
  const task = await api.call({ path, doing: `${action} of ${owner.vmid}`, form: {} });
  if (typeof task === 'string') await taskDone(api, owner, task, { name, action }, options.signal);
}

/** A task's end: `OK`, warnings, or why it failed. */
async function taskDone(
  api: ProxmoxApi,
  { node, vmid }: Guest,
  task: string,
  { name, action }: { readonly name: string; readonly action: PowerAction },
  signal: AbortSignal | undefined,
): Promise<void> {
  const path = `/nodes/${encodeURIComponent(node)}/tasks/${encodeURIComponent(task)}/status`;
  for (;;) {
    const status = recordOf(await api.call({ path, doing: `waiting for ${action} of ${vmid}` }));
    if (textIn(status, 'status') === 'stopped') {
      const exit = textIn(status, 'exitstatus') ?? 'no status';
      if (exit === 'OK' || exit.startsWith('WARNINGS')) return;
      throw new ActionError('ACTION_FAILED', `${name}: ${action} failed: ${printable(exit)}`);
    }
    await sleep(TASK_PAUSE_MS, undefined, { ...(signal && { signal }) }).catch(() => {});
    signal?.throwIfAborted();
  }
}
