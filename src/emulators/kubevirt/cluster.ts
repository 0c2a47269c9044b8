import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Connect } from '../console-stream.ts';
import type { HttpReply } from '../http-server.ts';

export interface EmulatedVm {
  readonly namespace: string;
  readonly name: string;
  readonly connect: Connect;
  /** False: the machine has no screen. */
  readonly graphics?: boolean;
  /** False: an instance that belongs to no VirtualMachine. */
  readonly managed?: boolean;
  /** Default: it runs. */
  readonly running?: boolean;
}

export interface ClusterOptions {
  readonly machines: readonly EmulatedVm[];
  /** Each with its rights. */
  readonly users: readonly User[];
}

export interface User {
  readonly name: string;
  readonly token?: string;
  /** Common name of a client certificate. */
  readonly certificate?: string;
  /** False: `get` on virtualmachineinstances/vnc is missing. */
  readonly consoles?: boolean;
}

export interface Instance {
  readonly vm: EmulatedVm;
  readonly uid: string;
  phase: 'Scheduling' | 'Running' | 'Succeeded';
  /** How often it is looked at until it goes on to the next phase. */
  looks: number;
  /** The one who looks at its console. */
  viewer?: WebSocket | undefined;
  /** Somebody will in a moment. */
  opening?: boolean;
}

/** A Status, as the API server and virt-api have it. */
export class StatusError extends Error {
  readonly reply: HttpReply;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.reason = reason;
    const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code };
    this.reply = { status: code, body };
  }
}

export class Cluster {
  readonly options: ClusterOptions;
  readonly instances = new Map<EmulatedVm, Instance>();
  /** The next calls of subresources are answered so. */
  readonly failures: StatusError[] = [];
  /** What was sent with the last command. */
  lastBody = '';

  constructor(options: ClusterOptions) {
    this.options = options;
    for (const vm of options.machines) if (vm.running !== false) this.start(vm, 'Running');
  }

  start(vm: EmulatedVm, phase: Instance['phase'] = 'Scheduling'): void {
    this.instances.set(vm, { vm, uid: randomUUID(), phase, looks: 1 });
  }

  stop(vm: EmulatedVm): void {
    const instance = this.instances.get(vm);
    if (instance === undefined) return;
    instance.phase = 'Succeeded';
    instance.looks = 1;
    instance.viewer?.terminate();
  }

  /** Time passes: somebody looked. */
  look(vm: EmulatedVm): Instance | undefined {
    const instance = this.instances.get(vm);
    if (instance === undefined || instance.phase === 'Running') return instance;
    if (instance.looks-- > 0) return instance;
    if (instance.phase === 'Scheduling') instance.phase = 'Running';
    else this.instances.delete(vm);
    return this.instances.get(vm);
  }

  find(namespace: string, name: string): EmulatedVm | undefined {
    return this.options.machines.find((vm) => vm.namespace === namespace && vm.name === name);
  }
}
