import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ConnectionError, type RfbError } from '../rfb/errors.ts';
import { errorCode } from '../rfb/node-error.ts';
import { connectFailed } from './connect-error.ts';
import { CLOSE_GRACE_MS } from './stream-pipe.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Of what the command says on stderr, the end is kept: that is where the reason stands. */
const MAX_STDERR = 2048;

export interface CommandOptions {
  /** With `args` it is run as it is; without, it is a line for the shell. */
  readonly program: string;
  readonly args?: readonly string[];
  /** What it means by what it said last, when it ended before its first byte. */
  readonly describe?: (said: string) => RfbError | undefined;
}

/** A program whose stdin and stdout are the way to a console. */
export class Command {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly #name: string;
  readonly #describe: NonNullable<CommandOptions['describe']>;
  readonly #child: Child;
  readonly #exited: Promise<void>;
  #stderr = '';

  /**
   * In a process group of its own, so that all of it can be ended.
   * @throws ConnectionError `CONNECT_FAILED`
   */
  static async start(name: string, { program, args, describe }: CommandOptions): Promise<Command> {
    return new Command(name, await start(name, program, args), describe);
  }

  private constructor(name: string, child: Child, describe: CommandOptions['describe']) {
    this.#name = name;
    this.#describe = describe ?? (() => undefined);
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
    const known = received ? undefined : this.#describe(said);
    if (known !== undefined) return known;
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

async function start(name: string, program: string, args: readonly string[] | undefined): Promise<Child> {
  try {
    const child = spawn(program, args ?? [], {
      shell: args === undefined,
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child;
  } catch (cause) {
    if (args === undefined || errorCode(cause) !== 'ENOENT') throw connectFailed(name, cause);
    const message = `${name}: there is no program ${program} in the PATH: install it`;
    throw new ConnectionError('CONNECT_FAILED', message, { cause, phase: 'connect' });
  }
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
