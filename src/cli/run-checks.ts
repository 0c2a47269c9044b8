import path from 'node:path';
import { type Check, describePlace, estimate, runSteps, StepConditions } from '../automation/boot-command/index.ts';
import type { ReadingOptions } from '../automation/console-screen.ts';
import { fileNameOf } from '../automation/file-name.ts';
import { UsageError } from '../rfb/errors.ts';
import { badOption } from './arguments.ts';
import type { ConnectionFlags } from './connection-options.ts';
import { describeError, errorDocument } from './error-report.ts';
import { EXIT } from './exit-codes.ts';
import { assertWritable, writeOutput } from './output-file.ts';
import { readSettings, type Settings } from './settings.ts';
import { readingOptions, type TextFlags } from './text-options.ts';
import { withConsole } from './with-console.ts';

export interface CheckResult {
  readonly check: Check;
  readonly passed: boolean;
  readonly milliseconds: number;
  /** So many of them were done. */
  readonly steps: number;
  /** As `--json` has it. */
  readonly error?: ReturnType<typeof errorDocument>['error'];
  /** The folder of its trace. */
  readonly trace?: string;
}

export interface ChecksOptions {
  readonly jobs: number;
  readonly interrupted: AbortSignal;
  /** For a folder of each check's own. */
  readonly trace?: string | undefined;
  /** Of checks that say nothing else, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  readonly text: TextFlags;
  /** Told what each check is doing; undefined when it is over. */
  onProgress(check: Check, doing: string | undefined): void;
}

/** A check that can be run. */
interface Prepared {
  readonly check: Check;
  readonly settings: Settings;
  readonly trace: string | undefined;
}

/**
 * Runs all checks, so many at a time; the results are in the order of the file.
 * @throws UsageError before anything is connected: an address, a picture, a file that is none
 */
export async function runChecks(checks: readonly Check[], options: ChecksOptions): Promise<CheckResult[]> {
  const reading = await readingOptions(options.text);
  try {
    return await runPrepared(await prepare(checks, options, reading), options);
  } finally {
    await reading.reader?.close?.();
  }
}

async function runPrepared(prepared: readonly Prepared[], options: ChecksOptions): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < prepared.length && !options.interrupted.aborted; i = next++) {
      const one = prepared[i];
      if (one) results[i] = await runCheck(one, options);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, prepared.length) }, worker));
  options.interrupted.throwIfAborted();
  return results;
}

async function prepare(
  checks: readonly Check[],
  { trace, timeoutMs }: ChecksOptions,
  { fonts, reader }: ReadingOptions,
): Promise<Prepared[]> {
  // One for all of them: each closes its console, and not this.
  const shared: ReadingOptions = { fonts, ...(reader && { reader: { read: (picture) => reader.read(picture) } }) };
  const folders = new Map<string, string>();
  const prepared: Prepared[] = [];
  for (const check of checks) {
    const folder = fileNameOf(check.name);
    const other = folders.get(folder);
    if (trace !== undefined && other !== undefined) {
      throw badOption(`--trace: ${describePlace(check.place)}: "${check.name}" and "${other}" would share a folder`);
    }
    folders.set(folder, check.name);
    const own = trace === undefined ? undefined : path.join(trace, folder);
    try {
      const settings = await readSettings(check.target, flagsOf(check, own, timeoutMs));
      await StepConditions.of(check.steps);
      for (const step of check.steps) if (step.action === 'screenshot') await assertWritable(step.file, 'file');
      prepared.push({ check, settings: { ...settings, connect: { ...settings.connect, ...shared } }, trace: own });
    } catch (error) {
      if (!(error instanceof UsageError) || error.code === 'BAD_SCRIPT') throw error;
      throw new UsageError(error.code, `${describePlace(check.place)}: ${check.name}: ${error.message}`, {
        cause: error,
      });
    }
  }
  return prepared;
}

function flagsOf({ connection }: Check, trace: string | undefined, timeoutMs: number | undefined): ConnectionFlags {
  const { username, passwordFile, passwordEnv, passwordCommand, connectTimeoutMs, retryConnectMs } = connection;
  const timeout = connection.timeoutMs ?? timeoutMs;
  const password = passwordEnv === undefined ? undefined : passwordFromEnv(passwordEnv);
  return {
    ...{ verbose: 0, quiet: true, ask: false },
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && { passwordFile }),
    ...(passwordCommand !== undefined && { passwordCommand }),
    ...(password !== undefined && { password }),
    ...(timeout !== undefined && { timeout }),
    ...(connectTimeoutMs !== undefined && { connectTimeout: connectTimeoutMs }),
    ...(retryConnectMs !== undefined && { retryConnect: retryConnectMs }),
    ...(trace !== undefined && { trace }),
  };
}

function passwordFromEnv(name: string): string {
  const password = process.env[name];
  if (password) return password;
  throw new UsageError('BAD_SCRIPT', `passwordEnv: the variable ${name} is not set`);
}

async function runCheck({ check, settings, trace }: Prepared, options: ChecksOptions): Promise<CheckResult> {
  const { interrupted, onProgress } = options;
  const started = performance.now();
  let steps = 0;
  const result = (passed: boolean) => ({
    ...{ check, passed, steps, milliseconds: Math.round(performance.now() - started) },
    ...(trace !== undefined && { trace }),
  });
  const timing = { waitTimeoutMs: check.connection.waitTimeoutMs };
  const task = {
    ...{ settings, interrupted, doing: `the check ${check.name}` },
    plannedMs: estimate(check.steps, timing).mostMs,
  };
  try {
    onProgress(check, 'connecting');
    await withConsole(task, (console, signal) =>
      runSteps(console, check.steps, {
        ...timing,
        signal,
        saveFile: (file, bytes) => writeOutput(file, bytes, 'file'),
        onBegin: ({ source, action }) => onProgress(check, action === 'type' ? 'typing' : source),
        onStep: () => {
          steps++;
        },
      }),
    );
    return result(true);
  } catch (error) {
    const reason: unknown = interrupted.aborted ? interrupted.reason : error;
    return { ...result(false), error: { ...errorDocument(reason).error, message: describeError(reason) } };
  } finally {
    onProgress(check, undefined);
  }
}

/** Whether it is not the expectation that failed, but the way to it. */
export function isBroken({ error }: CheckResult): boolean {
  return error !== undefined && error.exitCode !== EXIT.action && error.exitCode !== EXIT.timeout;
}
