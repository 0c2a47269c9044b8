import { UsageError } from '../../rfb/errors.ts';
import { badAddress, decode } from '../address.ts';

/** The server that an address names, by id or name; undefined for `hetzner:`, all of them. */
export function parseHetzner(address: string): string | undefined {
  const [, name, rest] = /^hetzner:(?:\/\/([^/?#]*)\/?)?(.*)$/s.exec(address) ?? [];
  if (rest !== '' || name?.includes('@')) throw badAddress(address, FORMS);
  return name === undefined || name === '' ? undefined : decode(name, address);
}

export function showHetzner(server: string | undefined): string {
  return server === undefined ? 'hetzner:' : `hetzner://${encodeURIComponent(server)}`;
}

/** @throws UsageError `BAD_ADDRESS` */
export function namedIn(address: string): string {
  const server = parseHetzner(address);
  if (server !== undefined) return server;
  throw new UsageError('BAD_ADDRESS', `hetzner: names no server; ${FORMS}, rfbctl list says which there are`);
}

const FORMS = 'wanted hetzner://NAME or hetzner://ID';
