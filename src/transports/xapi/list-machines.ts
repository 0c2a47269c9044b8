import type { ConsoleKind, Machine } from '../transport.ts';
import { isProtocol } from './console-place.ts';
import { fieldsOf, machineOf, type VirtualMachine } from './virtual-machine.ts';
import { addressOfMachine, type XapiAddress } from './xapi-address.ts';
import { string, type XapiSession } from './xapi-session.ts';

/** Every VM and control domain; no snapshots, no templates. */
export async function listMachines(session: XapiSession, address: XapiAddress): Promise<readonly Machine[]> {
  const [machines, consoles, hosts] = await Promise.all(
    ['VM', 'console', 'host'].map(async (type) => fieldsOf(await session.call(`${type}.get_all_records`))),
  );
  return Object.entries(machines ?? {})
    .map(([reference, record]) => machineOf(reference, record))
    .filter(({ real }) => real)
    .map((machine) => {
      const host = string(fieldsOf(hosts?.[machine.host]).name_label);
      return {
        id: machine.uuid,
        name: machine.name,
        state: machine.state,
        console: consoleKind(machine, consoles ?? {}),
        address: addressOfMachine(address, machine.uuid),
        ...(host !== '' && { host }),
      };
    });
}

/** What the API knows: a VM that is off has no console. */
function consoleKind({ consoles }: VirtualMachine, records: Readonly<Record<string, unknown>>): ConsoleKind {
  const protocols = consoles.map((reference) => fieldsOf(records[reference]).protocol);
  if (protocols.some((protocol) => isProtocol(protocol, 'rfb'))) return 'vnc';
  return protocols.some((protocol) => isProtocol(protocol, 'vt100')) ? 'text' : 'none';
}
