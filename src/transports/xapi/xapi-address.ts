import { printable } from '../../rfb/protocol/text.ts';
import { badAddress, decode, type HostPort, parseHostUrl, urlHost } from '../address.ts';

/** `xapi://[user@]host[:port]/VM?via=…&console=…`. */
export interface XapiAddress {
  readonly api: HostPort;
  readonly username: string | undefined;
  /** A uuid or a name. Empty where all machines are meant. */
  readonly machine: string;
  /** Which way to the console is tried first. */
  readonly via: ConsoleWay;
  /** Where its consoles are reached, when the host that the API names is not to be reached from here. */
  readonly console: HostPort | undefined;
}

export type ConsoleWay = 'connect' | 'websocket';

const HTTPS = 443;
const FORM = 'wanted xapi://host/VM, with ?via=websocket or ?console=HOST:PORT where that is needed';

/** @throws UsageError `BAD_ADDRESS` */
export function parseXapiAddress(address: string): XapiAddress {
  const [, authority, path = '', query = ''] = /^xapi:\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?(.*))?$/s.exec(address) ?? [];
  if (authority === undefined) throw badAddress(address, FORM);
  const { username, ...api } = parseHostUrl(`xapi://${authority}`, HTTPS);
  const { via, console, ...others } = Object.fromEntries(new URLSearchParams(query));
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw badAddress(address, `there is no parameter ${JSON.stringify(unknown)}; ${FORM}`);
  if (via !== undefined && via !== 'connect' && via !== 'websocket') {
    throw badAddress(address, 'via is connect or websocket');
  }
  return {
    api,
    username,
    machine: decode(path, address),
    via: via ?? 'connect',
    console: console === undefined ? undefined : parseHostUrl(`xapi://${console}`, HTTPS),
  };
}

/** The address of one console. @throws UsageError `BAD_ADDRESS` */
export function parseConsoleAddress(address: string): XapiAddress {
  const parsed = parseXapiAddress(address);
  if (parsed.machine !== '') return parsed;
  throw badAddress(address, `which VM? ${FORM}; rfbctl list ${showXapi(parsed)} has them`);
}

/** Nothing in it is secret; the user's name is left out. */
export function showXapi({ api, machine }: Pick<XapiAddress, 'api' | 'machine'>): string {
  const host = urlHost(api).replace(/:443$/, '');
  return `xapi://${host}${machine === '' ? '' : `/${printable(machine)}`}`;
}

/** What leads to this machine, written as an address. */
export function addressOfMachine({ api, via, console }: XapiAddress, uuid: string): string {
  const parameters = [
    via === 'connect' ? '' : `via=${via}`,
    console === undefined ? '' : `console=${urlHost(console)}`,
  ];
  const query = parameters.filter((parameter) => parameter !== '').join('&');
  return `${showXapi({ api, machine: uuid })}${query === '' ? '' : `?${query}`}`;
}
