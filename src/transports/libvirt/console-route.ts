import { ConnectionError } from '../../rfb/errors.ts';
import type { HostPort } from '../address.ts';
import type { SshHop } from '../ssh-hop.ts';
import type { Domain, Graphics } from './domain.ts';
import type { Hypervisor } from './hypervisor.ts';

/** How a domain's screen is dialled. */
export interface ConsoleRoute {
  readonly target: HostPort | { readonly path: string };
  /** From which machine; undefined: from this one. */
  readonly hop: SshHop | undefined;
  readonly websocket: boolean;
  readonly graphics: Graphics;
}

/** @throws ConnectionError `CONNECT_FAILED`: there is no screen that could be dialled */
export function routeTo(domain: Domain, hypervisor: Hypervisor, name: string, websocket: boolean): ConsoleRoute {
  const failed = (why: string) => new ConnectionError('CONNECT_FAILED', `${name}: ${why}`, { phase: 'connect' });
  if (!domain.running) throw failed(`the domain is shut off: it has a console while it runs (rfbctl power … on)`);
  const graphics = domain.graphics.find(({ type }) => type === 'vnc');
  if (graphics === undefined) {
    const others = domain.graphics.map(({ type }) => type);
    const what = others.length === 0 ? 'no graphics' : `only ${others.join(', ')}, which is not RFB`;
    throw failed(`the domain has ${what}: add <graphics type='vnc'/> to it (virsh edit)`);
  }
  const route = (target: ConsoleRoute['target']) => ({ target, hop: hypervisor.hop, websocket, graphics });
  const { listen, socket } = graphics;
  if (listen === 'none') throw failed('its VNC server listens nowhere (listen type none)');
  if (listen === 'socket') {
    if (websocket) throw failed('its VNC server has a socket and no websocket');
    const { host } = hypervisor;
    if (host !== undefined && !isDialledThere(hypervisor)) throw failed(elsewhere(socket, host));
    return route({ path: socket });
  }
  const port = websocket ? graphics.websocket : graphics.port;
  if (!(port > 0)) {
    throw failed(
      websocket ? 'its VNC server has no websocket' : 'its VNC server has no port yet: is it still starting?',
    );
  }
  return route({ host: hostOf(graphics, hypervisor, failed), port });
}

/** `0.0.0.0` and its like are every address of the hypervisor. */
function hostOf({ address, port }: Graphics, hypervisor: Hypervisor, failed: (why: string) => ConnectionError): string {
  const everywhere = address === '0.0.0.0' || address === '::';
  const loopback = address === '' || address === 'localhost' || address === '::1' || /^127\./.test(address);
  const { host } = hypervisor;
  if (host === undefined || isDialledThere(hypervisor)) {
    if (everywhere || address === '') return address === '::' ? '::1' : '127.0.0.1';
    return address;
  }
  if (loopback) throw failed(elsewhere(`port ${port}`, host));
  return everywhere ? host : address;
}

/** Whether it is the hypervisor itself that dials. */
function isDialledThere({ host, hop }: Hypervisor): boolean {
  return hop !== undefined && hop.host === host;
}

function elsewhere(what: string, host: string): string {
  return `its VNC server is only to be reached on ${host} itself (${what}): add --via ssh:USER@${host}, or connect by qemu+ssh://`;
}
