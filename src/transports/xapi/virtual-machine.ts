import { ConnectionError, UsageError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { XapiFailure } from './failure.ts';
import { showXapi, type XapiAddress } from './xapi-address.ts';
import { string, type XapiSession } from './xapi-session.ts';

export interface VirtualMachine {
  readonly reference: string;
  readonly uuid: string;
  readonly name: string;
  /** `Halted`, `Paused`, `Running`, `Suspended`. */
  readonly state: string;
  /** The host that it runs on: a reference. */
  readonly host: string;
  readonly consoles: readonly string[];
  /** No snapshot or template. */
  readonly real: boolean;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** As many as an error message lists. */
const MAX_CANDIDATES = 5;

/**
 * The VM of an address. Names are no keys: snapshots have their machine's, and a name may look like a uuid.
 * @throws UsageError `BAD_ADDRESS`: several have this name · ConnectionError `CONNECT_FAILED`: none has it
 */
export async function findMachine(session: XapiSession, address: XapiAddress): Promise<VirtualMachine> {
  const { machine } = address;
  const byUuid = UUID.test(machine) ? await withUuid(session, machine.toLowerCase()) : undefined;
  if (byUuid !== undefined) return await read(session, byUuid);
  const references = strings(await session.call('VM.get_by_name_label', machine));
  const named = await Promise.all(references.map((reference) => read(session, reference)));
  const [only, ...others] = named.filter(({ real }) => real);
  if (only === undefined) {
    const what = named.length > 0 ? `is a template or a snapshot` : 'is not there, or not to be seen by this user';
    const list = `rfbctl list ${showXapi({ api: address.api, machine: '' })}`;
    const message = `${session.name}: the VM ${JSON.stringify(printable(machine))} ${what}: ${list} shows which are`;
    throw new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
  }
  if (others.length === 0) return only;
  const all = [only, ...others];
  const shown = all.slice(0, MAX_CANDIDATES).map(({ uuid, state }) => `${uuid} (${state})`);
  const more = all.length > MAX_CANDIDATES ? ' and more' : '';
  throw new UsageError(
    'BAD_ADDRESS',
    `${session.name}: ${all.length} VMs are called ${JSON.stringify(printable(machine))}: write one's uuid instead: ${shown.join(', ')}${more}`,
  );
}

async function withUuid(session: XapiSession, uuid: string): Promise<string | undefined> {
  try {
    return string(await session.call('VM.get_by_uuid', uuid));
  } catch (error) {
    if (error instanceof XapiFailure && error.failure === 'UUID_INVALID') return undefined;
    throw error;
  }
}

async function read(session: XapiSession, reference: string): Promise<VirtualMachine> {
  return machineOf(reference, await session.call('VM.get_record', reference));
}

export function machineOf(reference: string, value: unknown): VirtualMachine {
  const record = fieldsOf(value);
  return {
    reference,
    uuid: string(record.uuid),
    name: string(record.name_label),
    state: string(record.power_state),
    host: string(record.resident_on),
    consoles: strings(record.consoles),
    real: record.is_a_template !== true && record.is_a_snapshot !== true,
  };
}

/** A record, or what of an answer is one. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

export function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(string) : [];
}
