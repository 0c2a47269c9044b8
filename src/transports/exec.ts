import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ConnectionError, type RfbError } from '../rfb/errors.ts';
import { badAddress } from './address.ts';
import { connectFailed } from './connect-error.ts';
import { CLOSE_GRACE_MS, StreamPipe } from './stream-pipe.ts';
import type { Transport } from './transport.ts';

/** A command of the shell, whose stdin and stdout are the pipe: `exec:ssh hv nc -U /run/vm.sock`. */
export const exec: Transport = {
  schemes: ['exec'],
  example: 'exec:ssh host nc -U /run/vm.sock',

  describe(address) {
    return show(parse(address));
  },

  async open(address, { signal }) {
    const command = parse(address);
    const name = show(command);
    signal?.throwIfAborted();
    const child = new Command(name, await start(command, name));
    const pipe = new StreamPipe({
      name,
      readable: child.stdout,
      writable: child.stdin,
      explain: (cause, received) => child.explain(cause, received),
      release: () => child.stop(),
    });
    if (signal?.aborted) {
      await pipe.close();
      throw signal.reason;
    }
    return { pipe };
  },
};

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Of what the command says on stderr, the end is kept: that is where the reason stands. */
const MAX_STDERR = 2048;

class Command {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly #name: string;
  readonly #child: Child;
  readonly #exited: Promise<void>;
  #stderr = '';

  constructor(name: string, child: Child) {
    this.#name = name;
    this.#child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    // Also the end of its stderr, unless a process that it left behind holds that open.
    const ended = new Promise((resolve) => child.stderr.once('close', resolve));
    const exit = new Promise((resolve) => child.once('exit', resolve));
    this.#exited = exit.then(() => within(ended, CLOSE_GRACE_MS)).then(() => {});
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
    });
    child.stderr.on('error', () => {});
    child.on('error', () => {});
  }

  get #running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Why stdout ended: a command that fails has failed to connect until its first byte came. */
  async explain(cause: Error | undefined, received: boolean): Promise<RfbError | undefined> {
    await within(this.#exited, CLOSE_GRACE_MS);
    const { exitCode, signalCode } = this.#child;
    const quiet = received || this.#stderr.trim() === '';
    if (cause === undefined && (this.#running || (exitCode === 0 && quiet))) return undefined;
    const how = signalCode === null ? `exited with code ${exitCode}` : `was killed by ${signalCode}`;
    const why = this.#running ? 'takes nothing more' : how;
    const said = lastWords(this.#stderr);
    const message = `the command ${this.#name} ${why}${received ? '' : ' without a byte'}${said === '' ? '' : `: ${said}`}`;
    return new ConnectionError(received ? 'CONNECTION_LOST' : 'CONNECT_FAILED', message, {
      cause: cause ?? new Error(this.#stderr.trim() || how),
      ...(received ? {} : { phase: 'connect' }),
    });
  }

  /** Its stdin is closed and it had its time: ends it and everything it started. */
  async stop(): Promise<void> {
    // Children may outlive their shell: the group is asked to end even when its leader has.
    if (this.#kill('SIGTERM') && this.#running) await within(this.#exited, CLOSE_GRACE_MS);
    this.#kill('SIGKILL');
    await this.#exited;
    this.#child.stderr.destroy();
  }

  /** False when there is nobody left. */
  #kill(signal: NodeJS.Signals): boolean {
    const { pid } = this.#child;
    if (pid === undefined) return false;
    try {
      return process.platform === 'win32' ? this.#child.kill(signal) : process.kill(-pid, signal);
    } catch {
      return false;
    }
  }
}

/** In a process group of its own, so that all of it can be ended. */
async function start(command: string, name: string): Promise<Child> {
  try {
    const child = spawn(command, {
      shell: true,
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child;
  } catch (error) {
    throw connectFailed(name, error);
  }
}

function parse(address: string): string {
  const command = address.slice('exec:'.length).trim();
  if (command === '' || command.includes('\0')) throw badAddress(address, 'wanted exec: and a command of the shell');
  return command;
}

/** The program's name alone: arguments, and assignments in front of it, may hold secrets. */
function show(command: string): string {
  const [program = '', ...rest] = command.split(/\s+/);
  return `exec:${/^[\w./+-]+$/.test(program) ? program : '…'}${rest.length > 0 ? ' …' : ''}`;
}

function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.replace(/[\p{Cc}\s]+/gu, ' ').trim());
  return lines
    .filter((line) => line !== '')
    .slice(-3)
    .join(' · ');
}

function within(promise: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    promise.then(done);
    function done(): void {
      clearTimeout(timer);
      resolve();
    }
  });
}
