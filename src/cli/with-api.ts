import { describeDuration, within } from '../rfb/session/deadline.ts';
import { Stopwatch } from '../rfb/session/stopwatch.ts';
import type { OpenOptions } from '../transports/transport.ts';
import { credentialsFrom } from './credentials.ts';
import type { Settings } from './settings.ts';
import { timeLimit } from './with-console.ts';

export interface ApiTask {
  readonly settings: Settings;
  /** Aborted by Ctrl-C and by being told to stop. */
  readonly interrupted: AbortSignal;
  /** For the message when the time is up: `listing machines`. */
  readonly doing: string;
  /** What it takes by itself, when all is well. */
  readonly plannedMs?: number;
}

/** Has `work` done by the API in front of consoles, within the time that the command has. */
export async function withApi<T>(
  { settings, interrupted, doing, plannedMs = 0 }: ApiTask,
  work: (options: OpenOptions) => Promise<T>,
): Promise<T> {
  const timeoutMs = timeLimit(settings, plannedMs);
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted, over.signal]);
  const provide = credentialsFrom(settings.credentials, signal);
  const asking = new Stopwatch();
  let progress: string | undefined;
  const describe = () => {
    const still = progress === undefined ? '' : `, still ${progress}`;
    return `${settings.name}: ${doing} was not done within ${describeDuration(timeoutMs)}${still}; --timeout allows more`;
  };
  const options: OpenOptions = {
    ...settings.connect,
    credentials: (wanted) => asking.time(() => provide(wanted)),
    signal,
    onProgress(what) {
      progress = what;
    },
  };
  try {
    const pausedMs = () => asking.milliseconds;
    return await within(work(options), { timeoutMs, signal: interrupted, describe, pausedMs });
  } finally {
    over.abort(new Error('the command is over'));
  }
}
