import { badAddress, decode, type HostPort, parseHostUrl, quoted, showHostPort } from '../address.ts';

/** `proxmox://[user@realm@]host[:8006]/…`. */
export interface ProxmoxAddress extends HostPort {
  readonly place: Place;
}

/** What the path names. */
export type Place =
  | { readonly kind: 'cluster' }
  | { readonly kind: 'selector'; readonly selector: string }
  | ({ readonly kind: 'guest' } & Guest)
  | { readonly kind: 'node'; readonly node: string };

/** A virtual machine or container where it runs. */
export interface Guest {
  readonly node: string;
  readonly type: GuestType;
  readonly vmid: string;
}

export type GuestType = 'qemu' | 'lxc';

const API_PORT = 8006;

/** @throws UsageError `BAD_ADDRESS` */
export function parseProxmox(address: string): ProxmoxAddress {
  const [, authority = '', path = '', rest = ''] = /^proxmox:(?:\/\/)?([^/?#]*)([^?#]*)(.*)$/s.exec(address) ?? [];
  if (authority === '') throw badAddress(address, FORMS);
  if (rest !== '') throw badAddress(address, `nothing may follow the path; ${FORMS}`);
  const withPort = /:\d*$/.test(authority.replace(/^.*\]/, '')) ? authority : `${authority}:${API_PORT}`;
  const target = parseHostUrl(`proxmox://${withPort}`);
  if (target.port >= 5900 && target.port <= 5999) throw badAddress(address, consolePort(target));
  return { ...target, place: placeOf(path, address) };
}

/** As one would write it, without the user. */
export function showProxmox({ place, ...target }: ProxmoxAddress): string {
  return `${showApi(target)}${showPlace(place)}`;
}

/** The API's own address. */
export function showApi(target: HostPort): string {
  return `proxmox://${showHostPort(target).replace(new RegExp(`:${API_PORT}$`), '')}`;
}

const FORMS =
  'wanted proxmox://HOST/VMID, proxmox://HOST/NAME, proxmox://HOST/nodes/NODE/qemu/VMID (or lxc) or proxmox://HOST/nodes/NODE';

function placeOf(path: string, address: string): Place {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => decode(part, address));
  const [first, node, type, vmid, more] = parts;
  if (first === undefined) return { kind: 'cluster' };
  if (node === undefined) return { kind: 'selector', selector: first };
  if (first !== 'nodes' || more !== undefined || !/^[a-z\d][a-z\d.-]*$/i.test(node)) throw badAddress(address, FORMS);
  if (type === undefined) return { kind: 'node', node };
  if (type !== 'qemu' && type !== 'lxc') throw badAddress(address, `${quoted(type)} is neither qemu nor lxc`);
  if (vmid === undefined || !/^[1-9]\d{2,8}$/.test(vmid)) throw badAddress(address, 'a VMID is a number from 100 on');
  return { kind: 'guest', node, type, vmid };
}

function showPlace(place: Place): string {
  if (place.kind === 'cluster') return '';
  if (place.kind === 'selector') return `/${encodeURIComponent(place.selector)}`;
  if (place.kind === 'node') return `/nodes/${place.node}`;
  return `/nodes/${place.node}/${place.type}/${place.vmid}`;
}

/** What some recipes dial: a port that a console is opened on, for one client and ten seconds. */
function consolePort({ port, ...target }: HostPort): string {
  const why =
    'is the port of one console: it listens for ten seconds and one client, since qemu-server 9.1.7 on the node itself alone';
  return `${port} ${why}; wanted the API's, ${showApi({ ...target, port: API_PORT })}`;
}
