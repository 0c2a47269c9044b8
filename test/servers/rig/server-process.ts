import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program of the rig: stopped by `stop()` or `await using`, and by the kernel when the test process dies first. */
export interface ServerProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** What it has written to stdout and stderr so far. */
  log(): string;
  /** What it has written to file descriptor 3 (`-displayfd 3`). */
  report(): string;
  /** Polls `probe` until it gives something other than undefined; an error with the log after `timeoutMs` or at an early exit. */
  until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>, timeoutMs?: number): Promise<T>;
  /** Ends it by pid and waits until it is gone. Idempotent. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program. It has not necessarily got anywhere yet: follow with `until`. */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<ServerProcess> {
  // pdeathsig: a test worker that is killed outright runs no handlers. exec keeps the pid.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  let output = '';
  let ended: string | undefined;
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('latin1')).slice(-LOG_LIMIT);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  let report = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    report += chunk.toString('latin1');
  });
  running.add(child);
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      ended = `did not start: ${error.message}`;
      running.delete(child);
      resolve();
    });
    child.once('exit', (code, signal) => {
      ended = `exited with ${signal ?? code}`;
      running.delete(child);
      resolve();
    });
  });
  if (child.pid === undefined) await gone;
  const pid = child.pid ?? -1;

  const server: ServerProcess = {
    name: command,
    pid,
    log: () => output,
    report: () => report,
    async until(what, probe, timeoutMs = READY_TIMEOUT_MS) {
      const deadline = performance.now() + timeoutMs;
      for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
        const found = await probe();
        if (found !== undefined) return found;
        if (ended !== undefined) throw new Error(`${command} ${ended} before ${what}\n${output}`);
        if (performance.now() > deadline) throw new Error(`${command}: no ${what} within ${timeoutMs} ms\n${output}`);
        await sleep(pause);
      }
    },
    async stop(signal = 'SIGTERM') {
      if (ended !== undefined) return;
      child.kill(signal);
      const hurry = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await gone;
      clearTimeout(hurry);
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
  return server;
}

/** Starts a server that wants a port number; picks another when somebody was faster. */
export async function startOnFreePort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 3 || !PORT_TAKEN.test(String(error))) throw error;
    }
  }
}

/** The same on this port, where one is given. */
export async function startOnPort<T>(port: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  return await (port === undefined ? startOnFreePort(start) : start(port));
}

const PORT_TAKEN = /in use|failed to bind|unable to start|already active|could not (obtain|bind)/i;

/** A port that was free on the loopback a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port number from the kernel');
  return address.port;
}

/** Whether something listens on a TCP port of this machine. Does not connect: TigerVNC counts connections that do not log in. */
export async function listening(port: number): Promise<boolean> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'latin1').catch(() => '')),
  );
  const wanted = new RegExp(`:${port.toString(16).toUpperCase().padStart(4, '0')} [0-9A-F]+:0000 0A `);
  return tables.some((table) => wanted.test(table));
}

/** Whether a process with this pid exists (a zombie counts as gone). */
export async function pidExists(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}

const READY_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 5_000;
const LOG_LIMIT = 64 * 1024;
