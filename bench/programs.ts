import { spawn } from 'node:child_process';

/** A program that ran: how long, from its start to its end. */
export interface Ran {
  readonly seconds: number;
  readonly stdout: string;
}

const TIMEOUT_MS = 30_000;

/** Runs a program to its end. @throws Error when it fails, or takes longer than 30 s */
export function run(
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    let seconds = 0;
    child.on('error', reject);
    child.on('exit', () => {
      seconds = (performance.now() - start) / 1000;
    });
    child.on('close', (code, signal) => {
      if (code === 0) return resolve({ seconds, stdout });
      reject(new Error(`${program} ended with ${signal ?? code}: ${stderr.trim().split('\n').at(-1)}`));
    });
  });
}
