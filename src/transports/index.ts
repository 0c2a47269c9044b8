import { ActionError, UsageError } from '../rfb/errors.ts';
import { type ResolvedAddress, resolveAddress } from './address.ts';
import { demo } from './demo.ts';
import { exec } from './exec.ts';
import { hetzner } from './hetzner/index.ts';
import { httpConnect } from './http-connect.ts';
import { kubevirt } from './kubevirt/index.ts';
import { libvirt } from './libvirt/index.ts';
import { openstack } from './openstack/index.ts';
import { proxmox } from './proxmox/index.ts';
import { parseSshHop } from './ssh-hop.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import type {
  Machine,
  Opened,
  OpenOptions,
  OpenTerminalOptions,
  PowerAction,
  Terminal,
  Transport,
} from './transport.ts';
import { unixSocket } from './unix-socket.ts';
import { websocket } from './websocket.ts';
import { xapi } from './xapi/index.ts';

/** Every way to reach a console. */
export const transports = [
  tcp,
  tls,
  unixSocket,
  websocket,
  httpConnect,
  proxmox,
  xapi,
  libvirt,
  hetzner,
  openstack,
  kubevirt,
  exec,
  demo,
] as const satisfies readonly Transport[];

/**
 * Opens what a user wrote: `host:1`, `wss://…`, `/run/vm.sock`.
 * @throws UsageError `BAD_ADDRESS` · ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED`
 */
export async function openAddress(text: string, options: OpenOptions = {}): Promise<Opened> {
  const { transport, address } = find(text);
  options.signal?.throwIfAborted();
  checkVia(text, options.via);
  return await transport.open(address, options);
}

/**
 * Checks what a user wrote, and says how to show it: no secret is left in it.
 * @throws UsageError `BAD_ADDRESS`
 */
export function describeAddress(text: string): string {
  const { transport, address } = find(text);
  return transport.describe(address);
}

/** What opening may take where nobody said so, in milliseconds. */
export function connectTimeoutOf(text: string): number {
  return find(text).transport.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS;
}

/** Names of environment variables that the transport of an address understands. */
export function variablesOf(text: string): readonly string[] {
  return find(text).transport.variables ?? [];
}

/**
 * The machines behind an address: `hetzner:`, `proxmox://host`.
 * @throws UsageError `BAD_ADDRESS`: no API behind it · what the API's `list` throws
 */
export async function listMachines(text: string, options: OpenOptions = {}): Promise<readonly Machine[]> {
  const { machines, address } = findMachines(text, 'list machines');
  checkVia(text, options.via);
  return await machines.list(address, options);
}

/**
 * Switches a machine on or off.
 * @throws UsageError `BAD_ADDRESS`: no API behind it · ActionError `ACTION_FAILED`: not possible · what the API's `power` throws
 */
export async function power(text: string, action: PowerAction, options: OpenOptions = {}): Promise<void> {
  const { machines, address, transport } = findMachines(text, 'switch machines on and off');
  checkVia(text, options.via);
  if (!machines.powerActions.includes(action)) {
    const name = transport.describe(address);
    throw new ActionError('ACTION_FAILED', `${name} has no ${action}: wanted ${machines.powerActions.join(', ')}`);
  }
  await machines.power(address, action, options);
}

export interface ConsoleUrlOptions extends OpenOptions {
  /** A noVNC page of yours, to show the websocket with. */
  readonly page?: string | undefined;
}

/**
 * An address with which a browser shows the console, without asking whoever opens it for more.
 * @throws UsageError `BAD_ADDRESS`: no browser can show it · `BAD_OPTION`: it wants a `page` · what opening the console throws
 */
export async function consoleUrl(text: string, { page, ...options }: ConsoleUrlOptions = {}): Promise<string> {
  const { transport, address } = find(text);
  const name = transport.describe(address);
  if (transport.browserConsole === undefined) {
    throw new UsageError(
      'BAD_ADDRESS',
      `${name}: no browser can open this console; wanted ${formsWith('browserConsole')}`,
    );
  }
  const { novncPageUrl, parsePage } = await import('./novnc-page.ts');
  const shown = page === undefined ? undefined : parsePage(page);
  const { url, password } = await transport.browserConsole(address, options);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.href;
  if (shown !== undefined) return novncPageUrl(shown, url, password);
  throw new UsageError(
    'BAD_OPTION',
    `the console of ${name} is a websocket: wanted a noVNC page to show it, https://…/vnc.html`,
  );
}

function formsWith(ability: 'machines' | 'browserConsole'): string {
  const able = (transports as readonly Transport[]).filter((transport) => transport[ability]);
  return able.map(({ example }) => example).join(', ');
}

function findMachines(text: string, what: string) {
  const found = find(text);
  const { machines } = found.transport;
  if (machines !== undefined) return { ...found, machines };
  const name = found.transport.describe(found.address);
  const forms = formsWith('machines');
  throw new UsageError('BAD_ADDRESS', `${name} is a console without an API that could ${what}; wanted ${forms}`);
}

/**
 * Whether this address can be dialled from there.
 * @throws UsageError `BAD_OPTION`, `BAD_ADDRESS`
 */
export function checkVia(text: string, via: string | undefined): void {
  if (via === undefined) return;
  parseSshHop(via);
  const { transport, address } = find(text);
  if (transport.goesVia) return;
  const able = (transports as readonly Transport[]).filter(({ goesVia }) => goesVia).flatMap(({ schemes }) => schemes);
  const name = transport.describe(address);
  throw new UsageError('BAD_OPTION', `${name} is not dialled through ssh; wanted one of ${able.join(', ')}`);
}

/**
 * Opens a text console: the shell of a node or container, a serial port.
 * @throws UsageError `BAD_ADDRESS`: no text console behind it · what `openAddress` throws
 */
export async function openTerminal(text: string, options: OpenTerminalOptions = {}): Promise<Terminal> {
  const { transport, address } = find(text);
  options.signal?.throwIfAborted();
  if (transport.openTerminal !== undefined) return await transport.openTerminal(address, options);
  const able = (transports as readonly Transport[]).filter((candidate) => candidate.openTerminal);
  const forms = able.map(({ example }) => example).join(', ');
  throw new UsageError('BAD_ADDRESS', `${transport.describe(address)} has no text console; wanted ${forms}`);
}

const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

function find(text: string): ResolvedAddress & { readonly transport: Transport } {
  const list: readonly Transport[] = transports;
  const resolved = resolveAddress(
    text,
    list.flatMap(({ schemes }) => schemes),
  );
  const transport = list.find(({ schemes }) => schemes.includes(resolved.scheme));
  if (transport === undefined) throw new Error(`no transport serves ${resolved.scheme}:`);
  return { ...resolved, transport };
}
