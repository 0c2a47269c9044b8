import { type ChildProcess, fork } from 'node:child_process';
import { open } from 'node:fs/promises';
import path from 'node:path';
import type { CredentialsProvider } from '../../rfb/protocol/security/security-type.ts';
import { type FromKeeper, KEEPER, type KeepTask, receivedError, type ToKeeper } from './keeper-messages.ts';
import { keptFiles } from './kept-sessions.ts';

export interface Kept {
  readonly pid: number;
  readonly width: number;
  readonly height: number;
}

/** How long a keeper that is not wanted any more may take to go. */
const STOP_TIMEOUT_MS = 3000;

/**
 * Starts the process that keeps a session, and waits until it is open. It gets everything over its channel, no secret by its
 * arguments, its environment or a file.
 * @throws what has kept it from opening the session · the reason of `signal`
 */
export async function startKeeper(
  task: KeepTask,
  credentials: CredentialsProvider,
  signal: AbortSignal,
): Promise<Kept> {
  const { log: file } = keptFiles(task.folder, task.name);
  await using log = await open(file, 'w', 0o600);
  const child = fork(path.resolve(process.argv[1] ?? ''), [KEEPER], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
    env: withoutSecrets(process.env, Object.keys(task.connect.variables ?? {})),
  });
  try {
    return await opened(child, task, credentials, signal, file);
  } catch (error) {
    await stop(child);
    throw error;
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function opened(
  child: ChildProcess,
  task: KeepTask,
  credentials: CredentialsProvider,
  signal: AbortSignal,
  log: string,
): Promise<Kept> {
  return new Promise((resolve, reject) => {
    const send = (message: ToKeeper) => child.send(message, (error) => error && reject(error));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    child.once('error', reject);
    child.once('exit', (code, by) => reject(new Error(`the keeper ended with ${by ?? code}; ${log} may say why`)));
    child.on('message', (message: FromKeeper) => {
      if (message.type === 'failed') reject(receivedError(message.error));
      else if (message.type === 'opened') {
        resolve({ pid: child.pid ?? 0, width: message.width, height: message.height });
      } else {
        Promise.resolve(credentials(message.wanted)).then(
          (answer) => send({ type: 'credentials', credentials: answer }),
          reject,
        );
      }
    });
    send({ type: 'keep', task });
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const hurry = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(hurry);
}

function withoutSecrets(env: NodeJS.ProcessEnv, variables: readonly string[]): NodeJS.ProcessEnv {
  const secret = ['RFBCTL_PASSWORD', 'RFBCTL_OTP', 'RFBCTL_TOKEN', ...variables];
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secret.includes(name)));
}
