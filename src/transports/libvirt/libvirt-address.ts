import { printable } from '../../rfb/protocol/text.ts';
import { badAddress, decode } from '../address.ts';

/** `libvirt://DOMAIN?connect=URI&via=websocket`. */
export interface LibvirtAddress {
  /** A name, uuid or id. Empty where all domains are meant. */
  readonly domain: string;
  /** Left out: what virsh takes by itself. */
  readonly connect: string | undefined;
  readonly websocket: boolean;
}

const FORM = 'wanted libvirt://DOMAIN, with ?connect=URI where it is not the default one';

/** @throws UsageError `BAD_ADDRESS` */
export function parseLibvirtAddress(address: string): LibvirtAddress {
  const [, domain, query = ''] = /^libvirt:(?:\/\/)?([^/?#]*)\/?(?:\?(.*))?$/s.exec(address) ?? [];
  if (domain === undefined) throw badAddress(address, FORM);
  const parameters = new Map<string, string>();
  for (const part of query.split('&').filter((each) => each !== '')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
    if (name !== 'connect' && name !== 'via') {
      throw badAddress(address, `there is no parameter ${JSON.stringify(name)}; ${FORM}`);
    }
    // A + is one: qemu+ssh://
    parameters.set(name, decode(value, address));
  }
  const [connect, via] = [parameters.get('connect'), parameters.get('via')];
  if (via !== undefined && via !== 'websocket') throw badAddress(address, 'via is websocket, or left out');
  if (connect !== undefined && !/^[a-z][a-z\d+.-]*:\/\/[\x21-\x7e]*$/i.test(connect)) {
    throw badAddress(address, 'connect is a URI of libvirt: qemu:///system, qemu+ssh://root@host/system');
  }
  return { domain: decode(domain, address), connect, websocket: via === 'websocket' };
}

/** The address of one domain. @throws UsageError `BAD_ADDRESS` */
export function parseDomainAddress(address: string): LibvirtAddress {
  const parsed = parseLibvirtAddress(address);
  if (parsed.domain !== '') return parsed;
  throw badAddress(address, `which domain? ${FORM}; rfbctl list libvirt: has them`);
}

/** Of the URI, what is behind its path is left out: where keys are. */
export function showLibvirt({ domain, connect }: LibvirtAddress): string {
  const at = connect === undefined ? '' : `?connect=${connect.replace(/\?.*$/s, '')}`;
  return `libvirt://${printable(domain)}${at}`;
}

export function addressOfDomain({ connect, websocket }: LibvirtAddress, uuid: string): string {
  const parameters = [
    ...(connect === undefined ? [] : [`connect=${connect.replace(/[%&#]/g, encodeURIComponent)}`]),
    ...(websocket ? ['via=websocket'] : []),
  ];
  return `libvirt://${uuid}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
}
