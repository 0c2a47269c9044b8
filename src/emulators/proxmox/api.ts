import { randomInt } from 'node:crypto';
import type { Accounts, Identified } from './accounts.ts';
import { ApiFailure, badParameters } from './api-failure.ts';
import type { ConsolePorts } from './console-ports.ts';
import type { Machine, PowerCommand, Screen } from './machines.ts';
import type { ProxmoxOptions, ProxmoxVersion, Times } from './options.ts';
import { booleanOf } from './query.ts';
import { termProxy } from './term-proxy.ts';

export interface Cluster {
  readonly version: ProxmoxVersion;
  readonly nodes: readonly string[];
  readonly machines: readonly Machine[];
  readonly accounts: Accounts;
  readonly ports: ConsolePorts;
  readonly times: Times;
  readonly options: ProxmoxOptions;
  /** Of a `cert` in answers, PEM. */
  readonly certificate: string;
  readonly tasks: Map<string, { status: 'running' | 'stopped'; exitstatus?: string }>;
}

export interface Call {
  readonly cluster: Cluster;
  readonly user: Identified;
  /** What the pattern's groups hold. */
  readonly at: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly pattern: RegExp;
  readonly parameters: readonly string[];
  /** Of what a path names, and the right that is wanted there. */
  readonly right?: readonly [path: (at: readonly string[]) => string, right: string];
  answer(call: Call): unknown;
}

const VM = (at: readonly string[]) => `/vms/${at[2]}`;
const NODE = (at: readonly string[]) => `/nodes/${at[0]}`;

export const routes: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^\/cluster\/resources$/,
    parameters: ['type'],
    answer: ({ cluster, user }) =>
      cluster.machines
        .filter(({ path }) => cluster.accounts.allowed(user, path, 'VM.Audit'))
        .map(({ definition: { vmid, name, node, type, template }, status }) => ({
          ...{ id: `${type}/${vmid}`, vmid, name, node, type, status, template: template ? 1 : 0 },
        })),
  },
  {
    method: 'GET',
    pattern: /^\/nodes\/([^/]+)\/(qemu|lxc)\/(\d+)\/status\/current$/,
    parameters: [],
    right: [VM, 'VM.Audit'],
    answer: (call) => ({ status: machineOf(call).status, vmid: machineOf(call).definition.vmid }),
  },
  {
    method: 'POST',
    pattern: /^\/nodes\/([^/]+)\/(qemu|lxc)\/(\d+)\/status\/(start|stop|shutdown|reset|reboot)$/,
    parameters: [],
    right: [VM, 'VM.PowerMgmt'],
    answer: (call) => switchPower(call, machineOf(call), call.at[3] as PowerCommand),
  },
  {
    method: 'GET',
    pattern: /^\/nodes\/([^/]+)\/tasks\/([^/]+)\/status$/,
    parameters: [],
    answer: ({ cluster, at }) => {
      const task = cluster.tasks.get(decodeURIComponent(at[1] ?? ''));
      if (task === undefined) throw new ApiFailure(500, 'no such task');
      return task;
    },
  },
  {
    method: 'POST',
    pattern: /^\/nodes\/([^/]+)\/(qemu)\/(\d+)\/vncproxy$/,
    parameters: ['websocket', 'generate-password'],
    right: [VM, 'VM.Console'],
    answer: (call) => machineProxy(call, machineOf(call)),
  },
  {
    method: 'POST',
    pattern: /^\/nodes\/([^/]+)\/(lxc)\/(\d+)\/vncproxy$/,
    parameters: ['websocket', 'width', 'height'],
    right: [VM, 'VM.Console'],
    answer: (call) => machineProxy(call, machineOf(call)),
  },
  {
    method: 'POST',
    pattern: /^\/nodes\/([^/]+)\/(qemu|lxc)\/(\d+)\/termproxy$/,
    parameters: ['serial'],
    right: [VM, 'VM.Console'],
    answer: (call) => {
      const { definition, path } = machineOf(call);
      if (definition.terminal === undefined) throw new ApiFailure(500, 'unable to find a serial interface');
      return terminalProxy(call, path, definition.terminal);
    },
  },
  {
    method: 'POST',
    pattern: /^\/nodes\/([^/]+)\/termproxy$/,
    parameters: ['cmd', 'cmd-opts'],
    right: [NODE, 'Sys.Console'],
    answer: (call) => terminalProxy(call, NODE(call.at), call.cluster.options.shell ?? 'sh'),
  },
  {
    method: 'POST',
    pattern: /^\/nodes\/([^/]+)\/vncshell$/,
    parameters: ['websocket', 'width', 'height', 'cmd', 'cmd-opts', 'upgrade'],
    right: [NODE, 'Sys.Console'],
    answer: (call) => {
      const { user, cluster, at } = call;
      if (user.token) throw new ApiFailure(500, `value '${user.id}' does not look like a valid user name`);
      return screenProxy(call, { path: NODE(at), screen: () => cluster.options.nodeScreen });
    },
  },
];

/** @throws ApiFailure as the schema does */
export function checkParameters(route: Route, parameters: Readonly<Record<string, string>>): void {
  const errors: Record<string, string> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (!route.parameters.includes(name)) {
      errors[name] = 'property is not defined in schema and the schema does not allow additional properties';
    } else if ((name === 'websocket' || name === 'generate-password') && booleanOf(value) === undefined) {
      errors[name] = `type check ('boolean') failed - got '${value}'`;
    }
  }
  if (Object.keys(errors).length > 0) throw badParameters(errors);
}

function machineOf({ cluster, at: [node, type, vmid] }: Call): Machine {
  const machine = cluster.machines.find(({ definition }) => definition.vmid === Number(vmid));
  const { definition } = machine ?? {};
  if (machine === undefined || definition?.node !== node || definition?.type !== type) {
    const folder = type === 'qemu' ? 'qemu-server' : 'lxc';
    throw new ApiFailure(500, `Configuration file 'nodes/${node}/${folder}/${vmid}.conf' does not exist`);
  }
  return machine;
}

function switchPower({ cluster, user }: Call, machine: Machine, command: PowerCommand): string {
  const { vmid, node } = machine.definition;
  const upid = `UPID:${node}:${hex(randomInt(1 << 24))}:${hex(randomInt(1 << 24))}:qm${command}:${vmid}:${user.id}:`;
  cluster.tasks.set(upid, { status: 'running' });
  setTimeout(async () => {
    const exitstatus = await machine.power(command).catch((error: Error) => error.message);
    cluster.tasks.set(upid, { status: 'stopped', exitstatus });
  }, cluster.times.task).unref();
  return upid;
}

function machineProxy(call: Call, machine: Machine): Readonly<Record<string, unknown>> {
  const screen = () => (machine.running ? machine.definition.screen : undefined);
  return screenProxy(call, { path: machine.path, screen });
}

interface ScreenOwner {
  readonly path: string;
  /** Asked when the client has come. */
  screen(): Screen | undefined;
}

function screenProxy({ cluster, user, parameters }: Call, owner: ScreenOwner): Readonly<Record<string, unknown>> {
  const { version, times, options } = cluster;
  if (booleanOf(parameters.websocket ?? '0') !== true) {
    throw new ApiFailure(500, 'LC_PVE_TICKET not set, VNC proxy without password is forbidden');
  }
  const own = version === 'new' || parameters['generate-password'] !== undefined;
  const password = own ? (options.consolePassword ?? randomPassword)() : undefined;
  const listening = cluster.ports.listen(async () => {
    const screen = owner.screen();
    if (screen === undefined) return endedPipe();
    const pipe = await screen.connect();
    // `qm vncproxy` does this when its client has come.
    await screen.setPassword(password ?? ticket, times.password);
    return pipe;
  });
  const plain = ticketFor(cluster, user.id, owner.path, listening.port);
  const ticket = version === 'new' ? `${password}:${plain}` : plain;
  return {
    ...portOf(cluster, listening.port),
    ticket,
    user: user.id,
    upid: `UPID:vncproxy:${user.id}:`,
    cert: cluster.certificate,
    ...(password !== undefined && { password }),
  };
}

function terminalProxy({ cluster, user }: Call, path: string, command: string): Readonly<Record<string, unknown>> {
  const { times, options } = cluster;
  const { framing = 'glued', tokenTerminals = true } = options;
  const listening = cluster.ports.listen(async () => {
    if (user.token && !tokenTerminals) return endedPipe();
    return termProxy({ credentials: `${user.id}:${ticket}`, command, loginMs: times.login, framing });
  });
  const ticket = ticketFor(cluster, user.id, path, listening.port);
  return { ...portOf(cluster, listening.port), ticket, user: user.id, upid: `UPID:termproxy:${user.id}:` };
}

function portOf({ version }: Cluster, port: number): { readonly port: number | string } {
  return { port: version === 'pve7' || version === 'pve6' ? String(port) : port };
}

/** Bound to the port in later versions only. */
function ticketFor({ version, accounts }: Cluster, id: string, path: string, port: number): string {
  return accounts.consoleTicket(id, path, version === 'new' ? port : undefined);
}

/** Behind a machine that does not run: the connection is there, and ends. */
function endedPipe() {
  return { name: 'nothing', incoming: (async function* () {})(), write: async () => {}, close: async () => {} };
}

/** From `!` to `` ` ``, as Proxmox VE draws them: much of it means something in a query. */
function randomPassword(): string {
  return Array.from({ length: 8 }, () => String.fromCharCode(randomInt(0x21, 0x61))).join('');
}

const hex = (number: number) => number.toString(16).toUpperCase().padStart(8, '0');
