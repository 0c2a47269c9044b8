import { statSync } from 'node:fs';
import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { UsageError } from '../rfb/errors.ts';

/** A whole address with its scheme: `vnc://host:5901`, whatever short form it was written in. */
export interface ResolvedAddress {
  readonly scheme: string;
  readonly address: string;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  /** Of a host with several addresses, the one to dial. */
  readonly ip?: string;
}

/**
 * Finds the scheme of what a user wrote, and writes the short forms out: `host:1` is `vnc://host:5901`, a path is
 * `unix:…`. What follows a scheme is its transport's to check.
 * @throws UsageError `BAD_ADDRESS`
 */
export function resolveAddress(text: string, schemes: readonly string[]): ResolvedAddress {
  const written = text.trim();
  if (written === '') throw new UsageError('BAD_ADDRESS', `the address is empty: wanted ${forms(schemes)}`);
  const [, name = '', rest = ''] = /^([a-z][a-z\d+.-]*):(.*)$/is.exec(written) ?? [];
  const scheme = name.toLowerCase();
  // `tls:1` and `demo::5901` are machines of that name: no scheme has an address that is only a number.
  if (schemes.includes(scheme) && !/^:?\d+$/.test(rest)) return { scheme, address: `${scheme}:${rest}` };
  if (rest.startsWith('//')) throw badAddress(written, `there is no scheme ${scheme}://, wanted ${forms(schemes)}`);
  if (written.startsWith('@')) throw badAddress(written, 'targets of the configuration file have no meaning here');
  if (written.includes('/')) return { scheme: 'unix', address: `unix:${existingSocket(written)}` };
  return { scheme: 'vnc', address: `vnc://${urlHost(parseHostPort(written))}` };
}

/**
 * The VNC convention: `host`, `host:N` (a display below 100, else a port), `host::PORT`, `[v6]:N`; `:N` is this machine.
 * @throws UsageError `BAD_ADDRESS`
 */
export function parseHostPort(text: string, whole = text): HostPort {
  if (readsAsIpv6(text)) return { host: lonelyIpv6(text, whole), port: FIRST_PORT };
  const [, bracketed, name = '', tail = ''] = /^(?:\[(.*)\]|([^:[\]]*))(.*)$/s.exec(text) ?? [];
  const number = /^(::?)(\d+)$/.exec(tail);
  if (tail !== '' && number === null) {
    const colons = !text.includes('[') && /:[^:]+:|::.*:/.test(tail);
    throw badAddress(whole, colons ? 'an IPv6 address goes in brackets: [::1]:1' : HOST_FORMS);
  }
  const display = number?.[1] === ':' && Number(number[2]) < 100;
  const port = display ? FIRST_PORT + Number(number[2]) : parsePort(number?.[2], whole);
  if (bracketed !== undefined) return { host: parseIpv6(bracketed, whole), port };
  return { host: name === '' && tail !== '' ? 'localhost' : parseHost(name, whole), port };
}

/**
 * `scheme://[user@]host[:port]`, RFC 7869: the number is a TCP port, whatever its size.
 * @throws UsageError `BAD_ADDRESS`
 */
export function parseHostUrl(address: string, firstPort = FIRST_PORT): HostPort {
  const [, scheme = 'vnc', userinfo, authority = '', rest = ''] =
    /^([a-z-]+):\/\/(?:([^/?#]*)@)?([^/?#]*)(.*)$/is.exec(address) ?? [];
  if (userinfo?.includes(':')) {
    throw new UsageError(
      'BAD_ADDRESS',
      `the address of ${quoted(authority)} holds a password, where others can read it: pass it as an option or in the environment`,
    );
  }
  const [, bracketed, name = '', number] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d*))?$/.exec(authority) ?? [];
  if (bracketed === undefined && name === '') {
    const forms = ['host', `host:${firstPort}`, `[::1]:${firstPort}`].map((form) => `${scheme}://${form}`);
    throw badAddress(address, `wanted ${forms.join(', ')}: the number is a TCP port`);
  }
  const port = number === undefined ? firstPort : parsePort(number, address);
  const host = bracketed === undefined ? parseHost(name, address) : parseIpv6(bracketed.replace('%25', '%'), address);
  const username = userinfo === undefined || userinfo === '' ? parameters(rest, address) : decode(userinfo, address);
  return username === undefined ? { host, port } : { host, port, username };
}

/** How to show host and port: as one would write it. */
export function showHostPort({ host, port }: HostPort): string {
  return `${isIPv6(host) ? `[${host}]` : host}${port < 100 ? '::' : ':'}${port}`;
}

export function badAddress(text: string, why: string): UsageError {
  return new UsageError('BAD_ADDRESS', `bad address ${quoted(withoutSecrets(text))}: ${why}`);
}

/** Percent-escapes read, or a `UsageError`. */
export function decode(text: string, whole: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw badAddress(whole, 'it holds a % that is no escape');
  }
}

/** Text of others in a one-line message: no control characters, no novel. */
export function quoted(text: string): string {
  const json = JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
  // JSON leaves DEL and the C1 controls as they are, of which terminals understand some.
  return json.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const FIRST_PORT = 5900;
const HOST_FORMS = 'wanted host, host:DISPLAY, host::PORT or [v6]:DISPLAY';

function forms(schemes: readonly string[]): string {
  return `host:DISPLAY, host::PORT, the path of a socket, or one of ${schemes.map((scheme) => `${scheme}:`).join(' ')}`;
}

/** RFC 7869's parameters. Only those that cost nothing to ignore are: `SshHost` ignored would be a tunnel left out. */
function parameters(rest: string, address: string): string | undefined {
  const [, query = ''] = /^\/?(?:\?([^#]*))?$/.exec(rest) ?? [];
  if (rest !== '' && rest !== '/' && query === '') throw badAddress(address, 'nothing may follow the port');
  let username: string | undefined;
  for (const parameter of query.split('&').filter((part) => part !== '')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(parameter) ?? [];
    if (name === 'VncUsername') username = decode(value, address);
    else if (name !== 'ConnectionName') {
      throw badAddress(address, `its parameter ${quoted(name)} is not understood: use the options instead`);
    }
  }
  return username;
}

function existingSocket(path: string): string {
  const hint = /[?#]|\.html/.test(path) ? 'the address of a web page begins with http:// or https://' : '';
  let kind: 'socket' | 'other' | 'nothing' = 'nothing';
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats !== undefined) kind = stats.isSocket() ? 'socket' : 'other';
  } catch {
    // Not readable, too long, not a path at all: nothing that could be a socket.
  }
  if (kind === 'other') throw badAddress(path, 'this is no socket');
  if (kind === 'nothing') {
    throw badAddress(
      path,
      `there is no such socket${hint === '' ? ' (unix:PATH waits for one that comes later)' : `; ${hint}`}`,
    );
  }
  return path;
}

function parsePort(number: string | undefined, whole: string): number {
  if (number === undefined) return FIRST_PORT;
  const port = /^\d{1,5}$/.test(number) ? Number(number) : 0;
  if (port < 1 || port > 65535) throw badAddress(whole, `port ${quoted(number)} is not one of 1 to 65535`);
  return port;
}

function parseHost(name: string, whole: string): string {
  if (name.includes('@')) throw badAddress(whole, 'a user name needs the long form: vnc://user@host:5901');
  if (/^\d+$/.test(name))
    throw badAddress(whole, `${name} is a number and no host: for this machine write localhost:${name}`);
  const host = /[^\0-\x7f]/.test(name) ? domainToASCII(name) : name;
  if (host.length > 253 || !/^[a-z\d_](?:[a-z\d_.-]*[a-z\d_.])?$/i.test(host)) {
    throw badAddress(whole, name === '' ? HOST_FORMS : `${quoted(name)} is no host name; ${HOST_FORMS}`);
  }
  return host;
}

function parseIpv6(text: string, whole: string): string {
  if (!readsAsIpv6(text)) throw badAddress(whole, `${quoted(text)} is no IPv6 address`);
  return text;
}

/** Node takes anything for a zone. */
function readsAsIpv6(text: string): boolean {
  return isIPv6(text) && !/%.*[^\w.-]/.test(text);
}

/** `cafe::5901` is an address, and a host of that name with a port: the user must say which. */
function lonelyIpv6(text: string, whole: string): string {
  const [, name, number] = /^([\da-f]{0,4})::(\d+)$/i.exec(text) ?? [];
  if (name === undefined || text === '::1') return text;
  throw badAddress(
    whole,
    `write [${text}] for the IPv6 address, vnc://${name || 'localhost'}:${number} for the host and port`,
  );
}

/** Host and port as they stand in a URL. */
export function urlHost({ host, port }: HostPort): string {
  return `${isIP(host) === 6 ? `[${host.replace('%', '%25')}]` : host}:${port}`;
}

function withoutSecrets(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//…@').replace(/[?#].*$/s, '?…');
}
