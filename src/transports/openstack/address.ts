import { UsageError } from '../../rfb/errors.ts';
import { badAddress, decode } from '../address.ts';

export interface OpenStackAddress {
  /** Name or id; undefined where all servers are meant. */
  readonly server: string | undefined;
  /** A name in clouds.yaml. */
  readonly cloud: string | undefined;
}

const FORMS = 'wanted openstack://NAME or openstack://ID, and ?cloud=NAME for one of clouds.yaml';

/** @throws UsageError `BAD_ADDRESS` */
export function parseOpenStack(address: string): OpenStackAddress {
  const [, server = '', query, rest] = /^openstack:(?:\/\/([^/?#]*)\/?)?(?:\?([^#]*))?(.*)$/s.exec(address) ?? [];
  if (rest !== '' || server.includes('@')) throw badAddress(address, FORMS);
  let cloud: string | undefined;
  for (const parameter of (query ?? '').split('&').filter((part) => part !== '')) {
    const [, name, value = ''] = /^([^=]*)=?(.*)$/s.exec(parameter) ?? [];
    if (name !== 'cloud' || value === '') throw badAddress(address, FORMS);
    cloud = decode(value, address);
  }
  return { server: server === '' ? undefined : decode(server, address), cloud };
}

export function showOpenStack({ server, cloud }: OpenStackAddress): string {
  const place = server === undefined ? 'openstack:' : `openstack://${encodeURIComponent(server)}`;
  return cloud === undefined ? place : `${place}?cloud=${encodeURIComponent(cloud)}`;
}

/** @throws UsageError `BAD_ADDRESS` */
export function serverIn(address: OpenStackAddress): string {
  if (address.server !== undefined) return address.server;
  throw new UsageError(
    'BAD_ADDRESS',
    `${showOpenStack(address)} names no server; ${FORMS}, rfbctl list says which there are`,
  );
}
