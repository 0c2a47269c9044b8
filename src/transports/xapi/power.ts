import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenOptions, PowerAction } from '../transport.ts';
import type { XapiParameter } from './codec.ts';
import { XapiFailure } from './failure.ts';
import { fieldsOf, findMachine, strings } from './virtual-machine.ts';
import type { XapiAddress } from './xapi-address.ts';
import { string, type XapiSession } from './xapi-session.ts';

/** Not paused, and not forced onto a host of another kind. */
const START: readonly XapiParameter[] = [false, false];

const CALLS: Readonly<Record<PowerAction, readonly [method: string, ...XapiParameter[]]>> = {
  on: ['VM.start', ...START],
  off: ['VM.hard_shutdown'],
  shutdown: ['VM.clean_shutdown'],
  reset: ['VM.hard_reboot'],
  reboot: ['VM.clean_reboot'],
};

/** On, for one that sleeps. */
const WAKE: Readonly<Record<string, readonly [method: string, ...XapiParameter[]]>> = {
  Suspended: ['VM.resume', ...START],
  Paused: ['VM.unpause'],
};

const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 2000;

/** As a task of the pool: a request that is open for minutes would be cut on many ways. */
export async function switchMachine(
  session: XapiSession,
  address: XapiAddress,
  action: PowerAction,
  { signal, onProgress }: OpenOptions,
): Promise<void> {
  const { reference, state, name } = await findMachine(session, address);
  if (state === (action === 'on' ? 'Running' : 'Halted') && action !== 'reset' && action !== 'reboot') return;
  const [method, ...parameters] = (action === 'on' ? WAKE[state] : undefined) ?? CALLS[action];
  const task = string(await session.call(`Async.${method}`, reference, ...parameters));
  onProgress?.(`waiting for ${method} of ${JSON.stringify(name)}`);
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(pauseMs * 1.5, LAST_LOOK_MS)) {
    const { status, error_info: error } = fieldsOf(await session.call('task.get_record', task));
    if (status !== 'pending' && status !== 'cancelling') {
      await session.call('task.destroy', task).catch(() => {});
      if (status === 'success') return;
      throw new XapiFailure(status === 'cancelled' ? ['TASK_CANCELLED'] : strings(error));
    }
    await sleep(pauseMs, undefined, { ...(signal && { signal }) }).catch((cause) => {
      throw signal?.reason ?? cause;
    });
  }
}
