import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { TimeoutError, UsageError } from '../rfb/errors.ts';
import { describeDuration, within } from '../rfb/session/deadline.ts';

/** Of what somebody wants typed: at the default rate that takes nine hours. */
const MAX_TEXT = 1024 * 1024;
/** Of a line that is a password. */
const MAX_LINE = 16 * 1024;

/** All of standard input. @throws UsageError when it is too long; what `signal` says */
async function readStdin(signal: AbortSignal): Promise<string> {
  const bytes = await collectStdin(signal, MAX_TEXT, () => false);
  return bytes.toString('utf8');
}

/** The same within a time limit, where nothing else wants it. @throws UsageError; TimeoutError */
export async function stdinText(
  what: string,
  { passwordStdin }: { readonly passwordStdin?: boolean },
  timeoutMs: number,
  interrupted: AbortSignal,
): Promise<string> {
  if (passwordStdin) {
    throw new UsageError('BAD_OPTION', `standard input cannot hold both ${what} and --password-stdin`);
  }
  const late = new AbortController();
  const signal = AbortSignal.any([interrupted, late.signal]);
  try {
    const describe = () => `standard input did not end within ${describeDuration(timeoutMs)} (--timeout allows more)`;
    return await within(readStdin(signal), { timeoutMs, signal: interrupted, describe });
  } catch (error) {
    if (error instanceof TimeoutError) late.abort(error);
    throw error;
  }
}

/** Its first line, without waiting for more. */
export async function firstLineOfStdin(signal: AbortSignal): Promise<string | undefined> {
  if (process.stdin.isTTY) return promptSecret('Password: ', signal);
  const bytes = await collectStdin(signal, MAX_LINE, (chunk) => chunk.includes(0x0a));
  const [line = ''] = bytes.toString('utf8').split(/\r?\n/, 1);
  if (line === '')
    throw new UsageError('BAD_OPTION', '--password-stdin: standard input has no password in its first line');
  return line;
}

async function collectStdin(signal: AbortSignal, limit: number, enough: (chunk: Buffer) => boolean): Promise<Buffer> {
  const { stdin } = process;
  const chunks: Buffer[] = [];
  let length = 0;
  const stop = () => stdin.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    signal.throwIfAborted();
    for await (const chunk of stdin) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) throw new UsageError('BAD_OPTION', `standard input is longer than ${limit} bytes, the limit`);
      if (enough(chunk)) break;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  signal.throwIfAborted();
  return Buffer.concat(chunks);
}

/** Asks on a terminal without echo; undefined where there is none. */
export async function promptSecret(question: string, signal: AbortSignal): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  signal.throwIfAborted();
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  // While it asks, the terminal sends Ctrl-C as a character.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      lines.once('line', resolve);
      lines.once('close', () => resolve(undefined));
    });
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

/** What a command of the shell prints; it may ask on the terminal. */
export function outputOfCommand(option: string, command: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const failed = (why: string) => reject(new UsageError('BAD_OPTION', `${option}: the command ${why}`));
    // With a process group of its own all of it can be ended, but it cannot ask on the terminal.
    const group = !process.stdin.isTTY && process.platform !== 'win32';
    const child = spawn(command, { shell: true, detached: group, stdio: ['inherit', 'pipe', 'inherit'] });
    const stop = () => {
      if (group && child.pid !== undefined) process.kill(-child.pid);
      else child.kill();
      // What it started may live on, and must not keep this process alive.
      child.stdout.destroy();
      child.unref();
      reject(signal.reason);
    };
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      output = (output + text).slice(0, MAX_LINE);
    });
    child.once('error', (error) => failed(`cannot be started: ${error.message}`));
    child.once('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (code !== 0) failed(killedBy === null ? `failed with exit code ${code}` : `was killed by ${killedBy}`);
      else if (/^\r?\n|^$/.test(output)) failed('printed no password in its first line');
      else resolve(output);
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
}
