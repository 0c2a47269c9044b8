import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..');

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface CliRun {
  readonly process: ChildProcess;
  readonly result: Promise<CliResult>;
}

/** Starts the command line as it is published: the bundle, which `build.ts` has made of these sources. */
export function startCli(
  args: readonly string[],
  options: {
    readonly stdin?: string;
    readonly password?: string;
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): CliRun {
  const { RFBCTL_PASSWORD: _, RFBCTL_USERNAME: __, ...inherited } = process.env;
  const env: NodeJS.ProcessEnv = { ...inherited, ...options.env };
  if (options.password !== undefined) env.RFBCTL_PASSWORD = options.password;
  const child = spawn(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { env: { ...env, ...options.env } });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on('error', () => {}); // gone before it has read
  child.stdin.end(options.stdin ?? '');
  const result = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) =>
      resolve({ exitCode, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() }),
    );
  });
  return { process: child, result };
}

export function cli(...args: readonly string[]): Promise<CliResult> {
  return startCli(args).result;
}
