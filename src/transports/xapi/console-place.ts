import { ConnectionError } from '../../rfb/errors.ts';
import type { HostPort } from '../address.ts';
import { fieldsOf, findMachine } from './virtual-machine.ts';
import type { XapiAddress } from './xapi-address.ts';
import { string, type XapiSession } from './xapi-session.ts';

/** Where a VM's screen is to be had. */
export interface ConsolePlace {
  /** The host that it runs on: a reference. */
  readonly host: string;
  /** Where that one is reached. */
  readonly server: HostPort;
  /** Path and query, as the API gave them. */
  readonly path: string;
}

/** @throws ConnectionError `CONNECT_FAILED` · UsageError `BAD_ADDRESS` · XapiFailure */
export async function locateConsole(session: XapiSession, address: XapiAddress): Promise<ConsolePlace> {
  const { reference, state, host, name, consoles } = await findMachine(session, address);
  const where = `${session.name}: the VM ${JSON.stringify(name)}`;
  if (state !== 'Running' && state !== 'Paused') {
    throw noConsole(`${where} is ${state}: a VM has a console while it runs (rfbctl power … on)`);
  }
  const records = await Promise.all(consoles.map((console) => session.call('console.get_record', console)));
  const found = records.map(fieldsOf);
  const screen = found.find(({ protocol }) => isProtocol(protocol, 'rfb'));
  if (screen === undefined) {
    const others = found.map(({ protocol }) => string(protocol).toLowerCase()).join(', ');
    throw noConsole(`${where} has no RFB console${others === '' ? ' yet: is it still starting?' : `, only ${others}`}`);
  }
  const location = parseLocation(string(screen.location));
  if (location === undefined) throw noConsole(`${where}: the API gives no location for its console`);
  const { server, path } = location;
  if (address.console !== undefined) return { host, server: address.console, path };
  if (server !== undefined) return { host, server, path };
  const resident = host !== '' ? host : string(await session.call('VM.get_resident_on', reference));
  return { host, server: { host: string(await session.call('host.get_address', resident)), port: HTTPS }, path };
}

const HTTPS = 443;

/** JSON has it in lower case, the words of `xe` in upper case. */
export function isProtocol(protocol: unknown, wanted: 'rfb' | 'vt100'): boolean {
  return string(protocol).toLowerCase() === wanted;
}

/** `https://10.0.0.2/console?uuid=…`; the host may be missing. The path is kept as it is written. */
function parseLocation(location: string): { server: HostPort | undefined; path: string } | undefined {
  const [, host, port, path] = /^https?:\/\/(\[[^\]]*\]|[^/:]*)(?::(\d+))?(\/[\x21-\x7e]*)$/.exec(location) ?? [];
  if (host === undefined || path === undefined) return undefined;
  if (host === '') return { server: undefined, path };
  return { server: { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port ?? HTTPS) }, path };
}

function noConsole(message: string): ConnectionError {
  return new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}
