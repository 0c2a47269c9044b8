import type { BytePipe } from '../../rfb/protocol/connection.ts';
import { pipePair } from '../../server/pipe-pair.ts';
import { createServer } from '../../server/server.ts';

/** What stands behind a machine. */
export interface MachineDefinition {
  readonly vmid: number;
  readonly name: string;
  readonly node: string;
  readonly type: 'qemu' | 'lxc';
  readonly state: 'running' | 'stopped';
  readonly template?: boolean;
  readonly screen?: Screen;
  /** A command of the shell, behind its terminal; without it there is none. */
  readonly terminal?: string;
  /** Told after each change. */
  readonly onPower?: (command: PowerCommand) => void | Promise<void>;
}

export type PowerCommand = 'start' | 'stop' | 'shutdown' | 'reset' | 'reboot';

/** QEMU's VNC server by its monitor: one password for all who come, for a time. */
export interface Screen {
  /** `set_password vnc`, `expire_password`. */
  setPassword(password: string, validMs: number): Promise<void>;
  connect(): Promise<BytePipe>;
}

/** The test server as a screen. */
export function sceneScreen(scene: string): Screen {
  let current: { readonly password: string; readonly until: number } | undefined;
  const password = () => (current && performance.now() < current.until ? current.password : undefined);
  const server = createServer({ scene, password });
  return {
    async setPassword(text, validMs) {
      current = { password: text, until: performance.now() + validMs };
    },
    async connect() {
      const [pipe, far] = pipePair({ names: ['the console', 'pveproxy'] });
      void server.accept(far);
      return pipe;
    },
  };
}

export class Machine {
  readonly definition: MachineDefinition;
  running: boolean;

  constructor(definition: MachineDefinition) {
    this.definition = definition;
    this.running = definition.state === 'running';
  }

  get path(): string {
    return `/vms/${this.definition.vmid}`;
  }

  get status(): 'running' | 'stopped' {
    return this.running ? 'running' : 'stopped';
  }

  /** What the task ends with. */
  async power(command: PowerCommand): Promise<string> {
    const { vmid, type, onPower } = this.definition;
    const what = type === 'qemu' ? 'VM' : 'CT';
    if (command === 'start' && this.running) return `${what} ${vmid} already running`;
    if (command !== 'start' && command !== 'stop' && !this.running) return `${what} ${vmid} not running`;
    this.running = command !== 'stop' && command !== 'shutdown';
    await onPower?.(command);
    return 'OK';
  }
}
