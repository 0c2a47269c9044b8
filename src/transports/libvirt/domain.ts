import type { Element } from '@xmldom/xmldom';
import { parseXml } from '../parse-xml.ts';

/** What a domain's XML says of it and of its screens. */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  /** Only what runs has an id. */
  readonly running: boolean;
  readonly graphics: readonly Graphics[];
}

/** A `<graphics>` element: https://libvirt.org/formatdomain.html#graphical-framebuffers */
export interface Graphics {
  readonly type: string;
  /** -1 while it is not decided. */
  readonly port: number;
  readonly websocket: number;
  readonly listen: 'address' | 'socket' | 'none';
  /** Of `address`; empty where none is told. */
  readonly address: string;
  /** Of `socket`. */
  readonly socket: string;
  readonly password: string | undefined;
  /** Until when the password is accepted: `2030-01-01T00:00:00`, UTC. */
  readonly passwordValidTo: string | undefined;
}

/** @throws ConnectionError `CONNECT_FAILED`: no XML */
export async function parseDomain(xml: string): Promise<Domain> {
  const { documentElement: root } = await parseXml(xml, 'virsh');
  const text = (name: string) => root?.getElementsByTagName(name)[0]?.textContent ?? '';
  return {
    name: text('name'),
    uuid: text('uuid'),
    running: root?.hasAttribute('id') ?? false,
    graphics: [...(root?.getElementsByTagName('graphics') ?? [])].map(graphicsOf),
  };
}

function graphicsOf(element: Element): Graphics {
  const listen = element.getElementsByTagName('listen')[0];
  const own = (name: string) => element.getAttribute(name) ?? undefined;
  const told = (name: string) => listen?.getAttribute(name) ?? undefined;
  const socket = told('socket') ?? own('socket') ?? '';
  const type = told('type') ?? (socket === '' ? 'address' : 'socket');
  return {
    type: own('type') ?? '',
    port: Number(own('port') ?? -1),
    websocket: Number(own('websocket') ?? -1),
    listen: type === 'socket' || type === 'none' ? type : 'address',
    address: told('address') ?? own('listen') ?? '',
    socket,
    password: own('passwd'),
    passwordValidTo: own('passwdValidTo'),
  };
}
