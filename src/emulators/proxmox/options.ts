import type { EmulatorOptions } from '../emulator.ts';
import type { Account } from './accounts.ts';
import type { MachineDefinition, Screen } from './machines.ts';

/**
 * `new`: qemu-server 9.1.7 and later, a password of its own in front of the ticket. `old`: the ticket is the password. `pve7`: that, and
 * ports as texts. `pve6`: that, and a sub-protocol has to be asked for.
 */
export type ProxmoxVersion = 'new' | 'old' | 'pve7' | 'pve6';

export interface ProxmoxOptions extends EmulatorOptions {
  /** Default `new`. */
  readonly version?: ProxmoxVersion;
  /** Default one, `root@pam`, with a password and a token made for this run. */
  readonly accounts?: readonly Account[];
  /** Default a few, on two nodes. */
  readonly machines?: readonly MachineDefinition[];
  /** What the shells of nodes run. */
  readonly shell?: string;
  /** What shows them over VNC. */
  readonly nodeScreen?: Screen;
  readonly nodes?: readonly string[];
  readonly times?: Partial<Times>;
  /** Milliseconds since 1970; default the clock's. */
  readonly now?: () => number;
  /** Eight characters from `!` to `` ` ``; default random. */
  readonly consolePassword?: () => string;
  /** How a terminal's output falls into frames; default `glued`. */
  readonly framing?: 'glued' | 'split';
  /** Whether tokens open terminals: since access-control 9.0.4. Default true. */
  readonly tokenTerminals?: boolean;
  /** PEM; default made for this run. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** In milliseconds; the defaults are Proxmox VE's. */
export interface Times {
  /** Before a 401 is said. */
  readonly refusal: number;
  /** For the client of a console. */
  readonly accept: number;
  /** For the line that lets into a terminal. */
  readonly login: number;
  readonly password: number;
  readonly idle: number;
  /** What switching takes. */
  readonly task: number;
}

export const TIMES: Times = {
  refusal: 3_000,
  accept: 10_000,
  login: 10_000,
  password: 30_000,
  idle: 900_000,
  task: 300,
};
