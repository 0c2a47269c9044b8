import { ActionError, type RfbError } from '../../rfb/errors.ts';
import type { BytePipe } from '../../rfb/protocol/connection.ts';
import { type HostPort, urlHost } from '../address.ts';
import { connectFailed } from '../connect-error.ts';
import { dial, dialTcp } from '../dial.ts';
import { openVia } from '../dial-host.ts';
import { openWebSocket } from '../open-websocket.ts';
import { SocketPipe } from '../socket-pipe.ts';
import { parseSshHop } from '../ssh-hop.ts';
import type { Machine, Opened, OpenOptions, PowerAction } from '../transport.ts';
import { type ConsoleRoute, routeTo } from './console-route.ts';
import { type Domain, parseDomain } from './domain.ts';
import { type Hypervisor, hypervisorOf } from './hypervisor.ts';
import { addressOfDomain, type LibvirtAddress, showLibvirt } from './libvirt-address.ts';
import { VirshRefusal, virsh } from './virsh.ts';

export async function open(address: LibvirtAddress, options: OpenOptions): Promise<Opened> {
  const name = showLibvirt(address);
  const hypervisor = await locate(address, options);
  options.onProgress?.(`asking virsh for ${name}`);
  const xml = await virsh(['dumpxml', '--security-info', `--domain=${address.domain}`], at(hypervisor, options));
  const route = routeTo(await parseDomain(xml), hypervisor, name, address.websocket);
  const { password, passwordValidTo } = route.graphics;
  if (passwordValidTo !== undefined && Date.parse(`${passwordValidTo}Z`) < Date.now()) {
    options.onWarning?.(`${name}: the password of its VNC server has expired on ${passwordValidTo} (passwdValidTo)`);
  }
  const pipe = await openRoute(route, name, options);
  return password === undefined ? { pipe } : { pipe, credentials: { password } };
}

async function openRoute(
  { target, hop, websocket }: ConsoleRoute,
  name: string,
  options: OpenOptions,
): Promise<BytePipe> {
  const { signal } = options;
  if (websocket) return await openRouteByWebSocket(target as HostPort, hop, name, options);
  if (hop !== undefined) return await openVia(hop, target, options);
  if (!('path' in target)) {
    return await SocketPipe.open({ name, host: target.host }, (onread) => dialTcp(target, signal, onread));
  }
  const { path } = target;
  const failed = (error: unknown) => connectFailed(path, error);
  return await SocketPipe.open({ name, confidential: true }, (onread) => dial({ path, onread }, failed, signal));
}

async function openRouteByWebSocket(
  target: HostPort,
  hop: ConsoleRoute['hop'],
  name: string,
  { signal }: OpenOptions,
): Promise<BytePipe> {
  const dialled = async () => {
    if (hop === undefined) return await dialTcp(target, signal);
    const { dialOverSsh } = await import('../ssh.ts');
    return await dialOverSsh(hop, target, signal);
  };
  // QEMU answers at / and nowhere else.
  return await openWebSocket(new URL(`ws://${urlHost(target)}/`), { name, signal, dial: dialled });
}

/** As many domains as one call of virsh describes: the kernel limits the length of an argument. */
const BATCH = 500;

export async function list(address: LibvirtAddress, options: OpenOptions): Promise<readonly Machine[]> {
  const hypervisor = await locate(address, options);
  const here = at(hypervisor, options);
  const uuids = (await virsh(['list', '--all', '--uuid'], here)).split('\n').filter((line) => UUID.test(line));
  const machines: Machine[] = [];
  for (let from = 0; from < uuids.length; from += BATCH) {
    const commands = uuids.slice(from, from + BATCH).flatMap((uuid) => [`domstate ${uuid}`, `dumpxml ${uuid}`]);
    const output = await virsh([commands.join('; ')], here);
    for (const [, state = '', xml = ''] of output.matchAll(/([^<]*)(<domain\b[\s\S]*?<\/domain>)/g)) {
      machines.push(machineOf(await parseDomain(xml), state.trim(), address, hypervisor));
    }
  }
  return machines;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

function machineOf(
  { uuid, name, graphics }: Domain,
  state: string,
  address: LibvirtAddress,
  { host }: Hypervisor,
): Machine {
  const console = graphics.some(({ type }) => type === 'vnc') ? 'vnc' : 'none';
  return {
    id: uuid,
    name,
    state,
    console,
    address: addressOfDomain(address, uuid),
    ...(host !== undefined && { host }),
  };
}

/** In virsh's words. */
const COMMANDS: Readonly<Record<PowerAction, string>> = {
  on: 'start',
  off: 'destroy',
  shutdown: 'shutdown',
  reset: 'reset',
  reboot: 'reboot',
};

/** On, for one that is paused. */
const WAKE = 'resume';

export async function power(address: LibvirtAddress, action: PowerAction, options: OpenOptions): Promise<void> {
  const here = at(await locate(address, options), options);
  const domain = `--domain=${address.domain}`;
  const { running } = await parseDomain(await virsh(['dumpxml', domain], here));
  if (!running && (action === 'off' || action === 'shutdown')) return;
  try {
    await virsh([running && action === 'on' ? WAKE : COMMANDS[action], domain], here);
  } catch (error) {
    // What is awake cannot be woken.
    if (running && action === 'on' && error instanceof VirshRefusal) return;
    throw error instanceof VirshRefusal && !/failed to get domain/.test(error.said) ? refused(address, error) : error;
  }
}

function refused(address: LibvirtAddress, cause: VirshRefusal): RfbError {
  return new ActionError('ACTION_FAILED', `${showLibvirt(address)}: ${cause.said}`, { cause });
}

function at({ uri }: Hypervisor, { signal }: OpenOptions) {
  return { uri, signal };
}

/** Where libvirt is: by the address, the variables of virsh, or what virsh takes by itself. */
async function locate({ connect }: LibvirtAddress, { variables = {}, via, signal }: OpenOptions): Promise<Hypervisor> {
  const { VIRSH_DEFAULT_CONNECT_URI, LIBVIRT_DEFAULT_URI } = variables;
  const hop = via === undefined ? undefined : parseSshHop(via);
  const given = connect ?? VIRSH_DEFAULT_CONNECT_URI ?? LIBVIRT_DEFAULT_URI ?? (hop && 'qemu:///system');
  return hypervisorOf(given ?? (await virsh(['uri'], { signal })).trim(), hop);
}
