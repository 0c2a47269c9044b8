import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectOptions, type Console, connect } from '../automation/console.ts';
import { mayBeStarting } from '../automation/line.ts';
import type { Trace } from '../automation/trace/trace.ts';
import { type Phase, TimeoutError } from '../rfb/errors.ts';
import { describeDuration, MAX_TIMER_MS } from '../rfb/session/deadline.ts';
import { credentialsFrom } from './credentials.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { openLog, type ProtocolLog } from './protocol-log.ts';
import type { Settings } from './settings.ts';
import { VERSION } from './version.ts';

/** Of every command, beside what it takes by itself. */
export const DEFAULT_TIMEOUT_MS = 60_000;
const RETRY_PAUSE_MS = 500;

/** What a computed limit allows over the time planned: timers are late, slow links later. */
const SLACK = 1.5;

export interface Task {
  readonly settings: Settings;
  /** Aborted by Ctrl-C and by being told to stop. */
  readonly interrupted: AbortSignal;
  /** For the message when the time is up: `typing 12 characters`. */
  readonly doing: string;
  /** What it takes by itself, when all is well. */
  readonly plannedMs?: number;
  readonly cursor?: 'client' | 'server';
  /** Whether a trace may look at the screen meanwhile; default true. */
  readonly follow?: boolean;
  /** What the program will exit with when all goes well; default 0. */
  exitCode?(): number;
}

/** Connects, runs `work`, closes whatever happens: keys released, socket closed, timers gone. */
export async function withConsole<T>(
  task: Task,
  work: (console: Console, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { settings, plannedMs = 0 } = task;
  const trace = await openTrace(task);
  const log = openLog(settings);
  const timeoutMs = timeLimit(settings, plannedMs);
  const deadline = new AbortController();
  const message = `${settings.name}: ${task.doing} was not done within ${describeDuration(timeoutMs)}; --timeout allows more`;
  const timer = setTimeout(() => deadline.abort(new TimeoutError(message)), Math.min(timeoutMs, MAX_TIMER_MS));
  // Also aborted when the connection fails: a question for the password is then without use.
  const over = new AbortController();
  const signal = AbortSignal.any([task.interrupted, deadline.signal]);
  let phase: Phase = 'connect';
  try {
    const options: ConnectOptions = {
      ...settings.connect,
      credentials: credentialsFrom(settings.credentials, AbortSignal.any([signal, over.signal])),
      signal,
      ...(task.cursor && { cursor: task.cursor }),
      ...(log.onLog && { onLog: log.onLog }),
      ...(trace && { trace }),
    };
    await using console = await retrying(settings, signal, log, () => connect(settings.address, options));
    phase = 'session';
    return await work(console, signal);
  } catch (error) {
    if (error instanceof TimeoutError) error.phase ??= phase;
    log.failed(error);
    const reason = task.interrupted.aborted ? task.interrupted.reason : error;
    trace?.failed(reason);
    await trace?.close({ outcome: 'failed', exitCode: exitCodeOf(reason) });
    throw error;
  } finally {
    await trace?.close({ exitCode: task.exitCode?.() ?? EXIT.done });
    over.abort(new Error('the command is over'));
    await settings.connect.reader?.close?.();
    clearTimeout(timer);
    log.close();
  }
}

async function openTrace({ settings: { trace, name, onWarning }, doing, follow }: Task): Promise<Trace | undefined> {
  if (trace === undefined) return undefined;
  const { Trace } = await import('../automation/trace/trace.ts');
  return await Trace.create(trace, { target: name, task: doing, program: `rfbctl ${VERSION}`, follow, onWarning });
}

/** For the whole command, in milliseconds: as somebody said, or enough for what it is to do. */
export function timeLimit({ timeoutMs, retryMs }: Pick<Settings, 'timeoutMs' | 'retryMs'>, plannedMs: number): number {
  return timeoutMs ?? DEFAULT_TIMEOUT_MS + retryMs + SLACK * plannedMs;
}

/** Opens something, again and again for as long as the machine may be starting (`--retry-connect`). */
export async function retrying<T>(
  { retryMs }: Pick<Settings, 'retryMs'>,
  signal: AbortSignal,
  log: Pick<ProtocolLog, 'note'>,
  open: () => Promise<T>,
): Promise<T> {
  const end = performance.now() + retryMs;
  for (let attempts = 1; ; attempts++) {
    try {
      return await open();
    } catch (error) {
      if (signal.aborted || !mayBeStarting(error) || performance.now() + RETRY_PAUSE_MS > end) throw error;
      log.note(`attempt ${attempts} failed: ${error.message}`);
      await sleep(RETRY_PAUSE_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted) continue;
      if (!(signal.reason instanceof TimeoutError)) throw signal.reason;
      throw new TimeoutError(`${signal.reason.message}; the last of ${attempts} attempts: ${error.message}`);
    }
  }
}
