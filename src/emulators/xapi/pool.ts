import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ApiFailure } from './api-failure.ts';

export type PowerState = 'Running' | 'Halted' | 'Paused' | 'Suspended';
export type Role = 'pool-admin' | 'read-only';

export interface EmulatedConsole {
  readonly protocol: 'rfb' | 'vt100' | 'rdp';
  /** A connection to its server on the host. */
  readonly connect: () => Promise<Duplex>;
}

export interface EmulatedVm {
  readonly name: string;
  readonly uuid?: string;
  readonly state?: PowerState;
  /** Index of the host that it runs on; default 0, the coordinator. */
  readonly host?: number;
  readonly kind?: 'vm' | 'template' | 'snapshot' | 'control-domain';
  /** Whether its guest can be asked to shut down; default true. */
  readonly tools?: boolean;
  readonly consoles?: readonly EmulatedConsole[];
}

export interface PoolOptions {
  readonly vms: readonly EmulatedVm[];
  readonly users: Readonly<Record<string, { readonly password: string; readonly role: Role }>>;
  /** How long a wrong password is answered after; a host takes 5 s. */
  readonly refusalMs?: number;
  /** What switching takes. */
  readonly powerMs?: number;
}

/** A VM, and what can happen to it. */
export class Vm {
  readonly reference = reference();
  readonly uuid: string;
  readonly name: string;
  readonly kind: NonNullable<EmulatedVm['kind']>;
  readonly tools: boolean;
  state: PowerState;
  host: number;
  /** What `VM.get_record` says of it lags behind when this is set: a location read before a migration. */
  toldHost: number | undefined;
  readonly #consoles: readonly Console[];
  /** Viewers, to be hung up on when it stops. */
  readonly viewers = new Set<Duplex>();

  constructor(vm: EmulatedVm) {
    this.uuid = vm.uuid ?? randomUUID();
    this.name = vm.name;
    this.kind = vm.kind ?? 'vm';
    this.tools = vm.tools ?? true;
    this.state = vm.state ?? 'Running';
    this.host = vm.host ?? 0;
    this.#consoles = (vm.consoles ?? []).map(({ protocol, connect }) => {
      return { reference: reference(), uuid: randomUUID(), protocol, connect, vm: this };
    });
  }

  /** A VM that does not run has none. */
  get consoles(): readonly Console[] {
    return this.state === 'Running' || this.state === 'Paused' ? this.#consoles : [];
  }

  become(state: PowerState): void {
    this.state = state;
    if (state !== 'Running') for (const viewer of this.viewers) viewer.destroy();
  }
}

export interface Console extends EmulatedConsole {
  readonly reference: string;
  readonly uuid: string;
  readonly vm: Vm;
}

/** A host of the pool, as the others know it. */
export interface PoolHost {
  readonly reference: string;
  readonly uuid: string;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly certificate: string;
  /** SHA-256, with colons. */
  readonly fingerprint: string;
}

export interface Task {
  readonly reference: string;
  readonly uuid: string;
  status: 'pending' | 'success' | 'failure';
  error: readonly string[];
}

/** What all hosts of a pool share: machines, sessions, tasks. */
export class Pool {
  readonly options: PoolOptions;
  readonly vms: readonly Vm[];
  readonly hosts: PoolHost[] = [];
  readonly tasks = new Map<string, Task>();
  /** Who is logged in, by session. */
  readonly sessions = new Map<string, Role>();
  /** How the API writes where a console is: hosts of before 2009 had references, and some write no host. */
  location: 'uuid' | 'reference' | 'hostless' = 'uuid';
  /** `limit_console_sessions`. */
  limitConsoles = false;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: PoolOptions) {
    this.options = options;
    this.vms = options.vms.map((vm) => new Vm(vm));
  }

  get consoles(): readonly Console[] {
    return this.vms.flatMap(({ consoles }) => consoles);
  }

  /** @throws ApiFailure */
  logIn(user: string, password: string): string {
    const known = Object.hasOwn(this.options.users, user) ? this.options.users[user] : undefined;
    if (known === undefined || known.password !== password) {
      throw new ApiFailure('SESSION_AUTHENTICATION_FAILED', user, 'Authentication failure');
    }
    const session = reference();
    this.sessions.set(session, known.role);
    return session;
  }

  /** Starts what takes its time. @throws ApiFailure */
  switchVm(vm: Vm, method: string): Task {
    const change = CHANGES[method];
    if (change === undefined) throw new ApiFailure('MESSAGE_METHOD_UNKNOWN', method);
    const task: Task = { reference: reference(), uuid: randomUUID(), status: 'pending', error: [] };
    this.tasks.set(task.reference, task);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      task.error = refusal(vm, change);
      task.status = task.error.length > 0 ? 'failure' : 'success';
      if (task.error.length > 0) return;
      if (change.restarts) vm.become('Halted');
      vm.become(change.to);
    }, this.options.powerMs ?? 300);
    this.#timers.add(timer);
    return task;
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const vm of this.vms) for (const viewer of vm.viewers) viewer.destroy();
  }
}

interface Change {
  readonly from: PowerState;
  readonly to: PowerState;
  readonly asksGuest?: true;
  readonly restarts?: true;
}

const CHANGES: Readonly<Record<string, Change>> = {
  'VM.start': { from: 'Halted', to: 'Running' },
  'VM.resume': { from: 'Suspended', to: 'Running' },
  'VM.unpause': { from: 'Paused', to: 'Running' },
  'VM.hard_shutdown': { from: 'Running', to: 'Halted' },
  'VM.clean_shutdown': { from: 'Running', to: 'Halted', asksGuest: true },
  'VM.hard_reboot': { from: 'Running', to: 'Running', restarts: true },
  'VM.clean_reboot': { from: 'Running', to: 'Running', restarts: true, asksGuest: true },
};

function refusal(vm: Vm, { from, asksGuest }: Change): readonly string[] {
  if (vm.state !== from) return ['VM_BAD_POWER_STATE', vm.reference, from.toLowerCase(), vm.state.toLowerCase()];
  return asksGuest && !vm.tools ? ['VM_LACKS_FEATURE', vm.reference] : [];
}

export function reference(): string {
  return `OpaqueRef:${randomUUID()}`;
}
