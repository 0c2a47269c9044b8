import { setTimeout as sleep } from 'node:timers/promises';
import { ActionError, TimeoutError } from '../../rfb/errors.ts';
import { type JsonRecord, listOf, recordIn, textIn } from '../json-record.ts';
import type { Machine, OpenOptions, PowerAction } from '../transport.ts';
import { type KubeVirtAddress, machineIn, showKubeVirt } from './address.ts';
import { KubeApi, RESOURCES, SUBRESOURCES } from './api.ts';

interface Command {
  readonly of: 'virtualmachines' | 'virtualmachineinstances';
  readonly command: string;
  readonly body: JsonRecord;
  /** What has to be so until it is done: there is none, one, another one than before. */
  readonly until: 'running' | 'gone' | 'another' | 'told';
}

/** A grace period of 0 asks no guest. A restarted machine has a new instance. */
const COMMANDS: Readonly<Record<PowerAction, Command>> = {
  on: { of: 'virtualmachines', command: 'start', body: {}, until: 'running' },
  off: { of: 'virtualmachines', command: 'stop', body: { gracePeriod: 0 }, until: 'gone' },
  shutdown: { of: 'virtualmachines', command: 'stop', body: {}, until: 'gone' },
  reset: { of: 'virtualmachines', command: 'restart', body: { gracePeriodSeconds: 0 }, until: 'another' },
  reboot: { of: 'virtualmachineinstances', command: 'softreboot', body: {}, until: 'told' },
};

const FIRST_POLL_MS = 500;
const MAX_POLL_MS = 5000;
const MAX_WAIT_MS = 600_000;

export async function listMachines(address: KubeVirtAddress, options: OpenOptions): Promise<readonly Machine[]> {
  const api = await KubeApi.open(address, options);
  const { namespace, machine } = address;
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const list = async (kind: string) => {
    const call = { method: 'GET', path: `${RESOURCES}${scope}/${kind}`, doing: 'listing machines' } as const;
    return listOf((await api.call(call)).items, api.where);
  };
  const instances = new Map((await list('virtualmachineinstances')).map((one) => [keyOf(one), one]));
  const machines = (await list('virtualmachines')).map((one) => {
    const instance = instances.get(keyOf(one));
    instances.delete(keyOf(one));
    return machineOf(one, instance, address, textIn(recordIn(one, 'status'), 'printableStatus'));
  });
  const alone = [...instances.values()].map((one) =>
    machineOf(one, one, address, textIn(recordIn(one, 'status'), 'phase')),
  );
  return [...machines, ...alone].filter(({ id }) => machine === undefined || id === `${namespace}/${machine}`);
}

export async function switchPower(address: KubeVirtAddress, action: PowerAction, options: OpenOptions): Promise<void> {
  const { namespace, machine } = machineIn(address);
  const api = await KubeApi.open(address, options);
  const doing = `waiting for ${action} of ${showKubeVirt(address)}`;
  const path = `${RESOURCES}/namespaces/${namespace}/virtualmachineinstances/${machine}`;
  const instance = () => api.find({ method: 'GET', path, doing });
  const { of, command, body, until } = COMMANDS[action];
  const before = await instance();
  if (until === 'running' ? isRunning(before) : until === 'gone' && before === undefined) return;
  await api.call({
    method: 'PUT',
    path: `${SUBRESOURCES}/namespaces/${namespace}/${of}/${machine}/${command}`,
    doing,
    body,
  });
  if (until === 'told') return;
  const end = performance.now() + MAX_WAIT_MS;
  for (let pause = FIRST_POLL_MS; performance.now() < end; pause = Math.min(pause * 1.5, MAX_POLL_MS)) {
    const now = await instance();
    if (until === 'gone' ? now === undefined : isRunning(now) && (until === 'running' || uidOf(now) !== uidOf(before)))
      return;
    if (until !== 'gone' && phaseOf(now) === 'Failed' && uidOf(now) !== uidOf(before)) {
      throw new ActionError(
        'ACTION_FAILED',
        `${showKubeVirt(address)}: ${action} failed: its instance is in the phase Failed`,
      );
    }
    await sleep(pause, undefined, { ...(options.signal && { signal: options.signal }) }).catch(() => {});
    options.signal?.throwIfAborted();
  }
  throw new TimeoutError(`${api.where}: still ${doing} after ten minutes`, { phase: 'connect' });
}

const phaseOf = (instance: JsonRecord | undefined) => textIn(recordIn(instance ?? {}, 'status'), 'phase');
const isRunning = (instance: JsonRecord | undefined) => phaseOf(instance) === 'Running';
const uidOf = (instance: JsonRecord | undefined) => textIn(recordIn(instance ?? {}, 'metadata'), 'uid');

function keyOf(resource: JsonRecord): string {
  const metadata = recordIn(resource, 'metadata');
  return `${textIn(metadata, 'namespace') ?? ''}/${textIn(metadata, 'name') ?? ''}`;
}

function machineOf(
  resource: JsonRecord,
  instance: JsonRecord | undefined,
  { context }: KubeVirtAddress,
  state: string | undefined,
): Machine {
  const id = keyOf(resource);
  const [namespace, machine = id] = id.split('/');
  const template = recordIn(recordIn(resource, 'spec'), 'template');
  const spec = recordIn(instance ?? template, 'spec');
  const graphics = recordIn(recordIn(spec, 'domain'), 'devices').autoattachGraphicsDevice;
  const host = textIn(recordIn(instance ?? {}, 'status'), 'nodeName');
  return {
    id,
    name: machine,
    state: state ?? 'Unknown',
    console: graphics === false ? 'none' : 'vnc',
    address: showKubeVirt({ namespace, machine, context, preserveSession: true }),
    ...(host !== undefined && { host }),
  };
}
