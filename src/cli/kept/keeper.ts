import { describeLogEvent } from '../../automation/describe-log-event.ts';
import type { Line } from '../../automation/line.ts';
import { openLine } from '../../automation/open-line.ts';
import { SharedLine } from '../../gateway/shared-line.ts';
import type { CredentialsProvider } from '../../rfb/protocol/security/security-type.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { describeDuration, MAX_TIMER_MS } from '../../rfb/session/deadline.ts';
import type { LogEvent } from '../../rfb/session/log-event.ts';
import { listenUnix } from '../../server/listen.ts';
import { EXIT } from '../exit-codes.ts';
import { openLog, type ProtocolLog } from '../protocol-log.ts';
import { retrying } from '../with-console.ts';
import { Channel } from './keeper-channel.ts';
import { type KeepTask, sentError } from './keeper-messages.ts';
import { announce, forget, keptFiles } from './kept-sessions.ts';

/** What belongs into the log of a session that is kept for days. */
const NOTED: ReadonlySet<LogEvent['type']> = new Set([
  'connected',
  'serverInit',
  'reconnecting',
  'reconnected',
  'resize',
]);

/**
 * The process that keeps a session, started by `open`: does what it is told over its channel, says how that went, and stays
 * until it is stopped or nobody has used the session for long. What it writes goes into the session's log.
 */
export async function keep(interrupted: AbortSignal): Promise<number> {
  // Nothing that it makes is for others.
  process.umask(0o077);
  const channel = new Channel();
  try {
    const task = await channel.task();
    note(`closed: ${await keepSession(task, channel, AbortSignal.any([interrupted, channel.abandoned]))}`);
    return EXIT.done;
  } catch (error) {
    const failure = sentError(error);
    note(`failed: ${failure.message}`);
    await channel.tell({ type: 'failed', error: failure });
    return EXIT.unexpected;
  } finally {
    channel.close();
  }
}

/** Resolves with why it was ended. */
async function keepSession(task: KeepTask, channel: Channel, stopped: AbortSignal): Promise<string> {
  const { name, target, idleMs, folder, logFile } = task;
  const files = keptFiles(folder, name);
  const log = openLog({ verbosity: 0, logFile, name: target });
  const line = await dial(task, channel.credentials, log, stopped);
  try {
    const idle = new IdleTimer(idleMs);
    const shared = new SharedLine(line, { onViewer: (what) => idle.viewer(what) });
    await shared.ready(stopped);
    const listening = await listenUnix(shared, files.socket);
    try {
      const started = new Date().toISOString();
      await announce(files, { name, target, pid: process.pid, started, idleMs });
      const { width, height } = line.session.framebuffer;
      note(`session:${name} is open`);
      await channel.tell({ type: 'opened', width, height });
      channel.close();
      return await ended(AbortSignal.any([stopped, idle.over]));
    } finally {
      await forget(files);
      await listening.close();
    }
  } finally {
    await line.close();
    log.close();
  }
}

async function dial(
  { address, connect, retryMs }: KeepTask,
  credentials: CredentialsProvider,
  log: ProtocolLog,
  signal: AbortSignal,
): Promise<Line> {
  const onLog = (event: LogEvent) => {
    log.onLog?.(event);
    if (NOTED.has(event.type)) note(describeLogEvent(event));
  };
  return await retrying({ retryMs }, signal, log, () => openLine(address, { ...connect, credentials, signal, onLog }));
}

/** Aborts `over` when there was no viewer for long. */
class IdleTimer {
  readonly #idleMs: number;
  readonly #over = new AbortController();
  #viewers = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
    this.#start();
  }

  get over(): AbortSignal {
    return this.#over.signal;
  }

  viewer(what: 'came' | 'left'): void {
    clearTimeout(this.#timer);
    this.#viewers += what === 'came' ? 1 : -1;
    if (this.#viewers === 0) this.#start();
  }

  #start(): void {
    const reason = new Error(`nobody has used it for ${describeDuration(this.#idleMs)}`);
    this.#timer = setTimeout(() => this.#over.abort(reason), Math.min(this.#idleMs, MAX_TIMER_MS));
  }
}

/** Resolves when it aborts, with why. */
async function ended(signal: AbortSignal): Promise<string> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  const { reason } = signal;
  return reason instanceof Error ? reason.message : String(reason);
}

function note(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${printable(text, 1000)}\n`);
}
