import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { afterAll, expect } from 'vitest';

const MAIN = path.join(import.meta.dirname, '../../../dist/cli/main.js');
const REPORT_PEAK = pathToFileURL(path.join(import.meta.dirname, 'report-peak.mjs')).href;

/** What must never show up in any output. */
export const SECRETS = {
  password: 'Hunter2!',
  wrong: 'Wr0ngOne',
  text: 'correct horse',
  token: 't0ken-of-mine',
} as const;

/** Starting Node takes a while on a busy machine; whatever a test waits for on purpose comes on top. */
const START_UP_MS = 60_000;

/** Node with this program takes 60 to 90 MiB; a peer that announces gigabytes must not change that much. */
const MAX_PEAK_MIB = 200;

/** A folder of this test file's own, gone afterwards. */
export const scratch = mkdtempSync(path.join(tmpdir(), 'rfbctl-cli-'));
afterAll(() => rm(scratch, { recursive: true, force: true }));

export interface Run {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
  readonly peakMib: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on standard input; default: nothing. */
  readonly input?: string;
  /** Whether standard input goes on after that. */
  readonly endless?: boolean;
  /** What the run may take beyond starting up. */
  readonly withinMs?: number;
  readonly onStart?: (child: ChildProcess) => void;
}

/** Runs the built program with an environment of its own. */
export async function rfbctl(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  if (!existsSync(MAIN)) throw new Error('dist/cli/main.js is missing: npm run build');
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', REPORT_PEAK, MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: scratch, ...options.env },
    cwd: scratch,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const outputs = [child.stdout, child.stderr, child.stdio[3] as Readable].map(collect);
  child.stdin.on('error', () => {});
  child.stdin.write(options.input ?? '');
  if (!options.endless) child.stdin.end();
  const limitMs = START_UP_MS + (options.withinMs ?? 0);
  const watchdog = setTimeout(() => child.kill('SIGKILL'), limitMs);
  options.onStart?.(child);
  const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(watchdog);
  const [stdout = '', stderr = '', peak = ''] = await Promise.all(outputs);
  const run = { exitCode, stdout, stderr, elapsedMs: performance.now() - started, peakMib: Number(peak) / 1024 };
  expect(run.exitCode, `rfbctl ${args.join(' ')} hung: ${stdout}${stderr}`).not.toBeNull();
  expect(run.peakMib, 'peak memory').toBeGreaterThan(20);
  expect(run.peakMib, 'peak memory').toBeLessThan(MAX_PEAK_MIB);
  for (const secret of Object.values(SECRETS)) expect(stdout + stderr, 'a secret is shown').not.toContain(secret);
  expect(stderr, 'a stack trace').not.toMatch(/^\s+at /m);
  return run;
}

/** Runs what must succeed without a word on stderr, and returns what it printed. */
export async function succeed(args: readonly string[], options?: RunOptions): Promise<string> {
  const { exitCode, stdout, stderr } = await rfbctl(args, options);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return stdout;
}

export interface Failure {
  readonly exitCode: number;
  /** By errors.ts. */
  readonly code: string;
  readonly phase?: string;
  /** Of the one line on stderr. */
  readonly line: RegExp;
}

/** Runs what must fail: with one line on stderr, the same in a JSON document on stdout, in time. */
export async function fail(args: readonly string[], wanted: Failure, options?: RunOptions): Promise<void> {
  const [command = '', ...rest] = args;
  const run = await rfbctl([command, '--json', ...rest], options);
  expect(run.stderr).toMatch(/^rfbctl: [^\n]+\n$/);
  expect(run.stderr).toMatch(wanted.line);
  expect(run.stderr.length, run.stderr).toBeLessThan(500);
  expect(run.exitCode, run.stderr).toBe(wanted.exitCode);
  const { error } = JSON.parse(run.stdout);
  expect(error).toMatchObject({ code: wanted.code, exitCode: wanted.exitCode });
  expect(error.message).toBe(run.stderr.slice('rfbctl: '.length, -1));
  if (wanted.phase) expect(error.phase).toBe(wanted.phase);
}

async function collect(stream: Readable): Promise<string> {
  stream.setEncoding('utf8');
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

/** The first line that a running program prints. */
export function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.split('\n', 1)[0] ?? '');
    });
  });
}
