import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type ConnectOptions, type Console, connect } from '../automation/console.ts';
import { ConnectionError, TimeoutError, UsageError } from '../rfb/errors.ts';
import type { EncodingName } from '../rfb/protocol/encodings/index.ts';
import { type PixelFormatName, pixelFormats } from '../rfb/protocol/pixel-format.ts';
import type { SecurityTypeName } from '../rfb/protocol/security/index.ts';
import type { Credentials } from '../rfb/protocol/security/security-type.ts';
import { describeDuration } from '../rfb/session/deadline.ts';
import { parseDuration, parseList } from './arguments.ts';
import { promptSecret, readStdin, warn } from './output.ts';

/** What every command that connects accepts. */
export interface ConnectionFlags {
  password?: string;
  passwordFile?: string;
  passwordStdin?: boolean;
  passwordCommand?: string;
  username?: string;
  timeout: number;
  connectTimeout: number;
  retryConnect?: number;
  security?: string[];
  encodings?: string[];
  pixelFormat?: string;
  exclusive?: boolean;
  caFile?: string;
  tlsPin?: string;
  insecure?: boolean;
  header?: string[];
  json?: boolean;
  quiet?: boolean;
}

const DEFAULT_TIMEOUT = '60s';
const DEFAULT_CONNECT_TIMEOUT = '10s';
const RETRY_PAUSE_MS = 500;

export function addConnectionOptions(command: Command): Command {
  return command
    .option('--password-file <file>', 'read the password from a file (its first line)')
    .option('--password-stdin', 'read the password from standard input')
    .option('--password-command <command>', 'run a command that prints the password')
    .option('--password <password>', 'the password itself (other users of this machine can see it)')
    .option('--username <name>', 'user name, where the server wants one')
    .option('--timeout <duration>', 'for the whole command', parseDuration, timeoutDefault())
    .option(
      '--connect-timeout <duration>',
      'to connect, and again to shake hands',
      parseDuration,
      parseDuration(DEFAULT_CONNECT_TIMEOUT),
    )
    .option('--retry-connect <duration>', 'keep dialling a machine that is still starting', parseDuration)
    .option('--security <list>', 'security types that may be used, most preferred first', parseList)
    .option('--encodings <list>', 'encodings to ask for, most preferred first', parseList)
    .option('--pixel-format <format>', `pixel format to ask for: native, ${Object.keys(pixelFormats).join(', ')}`)
    .option('--exclusive', 'ask the server to disconnect everyone else')
    .option('--ca-file <file>', 'certificates (PEM) to trust instead of the system’s')
    .option('--tls-pin <sha256:HEX>', 'accept exactly the certificate with this fingerprint')
    .option('--insecure', 'accept any certificate: anyone on the way could read and type')
    .option('--header <name: value...>', 'extra header of a websocket’s request, may be repeated')
    .option('--json', 'machine-readable output on stdout')
    .option('-q, --quiet', 'no warnings');
}

function timeoutDefault(): number {
  return parseDuration(process.env.RFBCTL_TIMEOUT ?? DEFAULT_TIMEOUT);
}

/** Connects, runs `work`, closes whatever happens: keys released, socket closed, timers gone. */
export async function withConsole<T>(
  target: string,
  flags: ConnectionFlags,
  interrupted: AbortSignal,
  work: (console: Console, signal: AbortSignal) => Promise<T>,
  extra: Partial<ConnectOptions> = {},
): Promise<T> {
  const deadline = new AbortController();
  const message = `${target}: the command was not done within ${describeDuration(flags.timeout)} (--timeout)`;
  const timer = setTimeout(() => deadline.abort(new TimeoutError(message)), flags.timeout);
  const signal = AbortSignal.any([interrupted, deadline.signal]);
  try {
    const options = { ...(await connectOptions(flags)), ...extra, signal };
    const console = await dialUntil(target, options, flags.retryConnect ?? 0);
    try {
      return await work(console, signal);
    } finally {
      await console.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function dialUntil(target: string, options: ConnectOptions, retryMs: number): Promise<Console> {
  const end = performance.now() + retryMs;
  for (;;) {
    try {
      return await connect(target, options);
    } catch (error) {
      const starting =
        (error instanceof ConnectionError && error.code !== 'TLS_UNTRUSTED') ||
        (error instanceof TimeoutError && (error.phase === 'connect' || error.phase === 'greeting'));
      if (!starting || options.signal?.aborted || performance.now() + RETRY_PAUSE_MS > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS));
    }
  }
}

export async function connectOptions(flags: ConnectionFlags): Promise<ConnectOptions> {
  const pixelFormat = flags.pixelFormat;
  if (pixelFormat !== undefined && pixelFormat !== 'native' && !Object.hasOwn(pixelFormats, pixelFormat)) {
    const known = Object.keys(pixelFormats).join(', ');
    throw new UsageError('BAD_OPTION', `no pixel format is called "${pixelFormat}"; there are native, ${known}`);
  }
  if (flags.insecure && !flags.quiet)
    warn('--insecure: the certificate is not checked, anyone on the way could read and type');
  return {
    credentials: credentialsFrom(flags),
    connectTimeoutMs: flags.connectTimeout,
    handshakeTimeoutMs: flags.connectTimeout,
    shared: !flags.exclusive,
    // Names as they were written: the session says which ones there are.
    ...(flags.security && { security: flags.security as SecurityTypeName[] }),
    ...(flags.encodings && { encodings: flags.encodings as EncodingName[] }),
    ...(pixelFormat && { pixelFormat: pixelFormat as PixelFormatName }),
    tls: {
      ...(flags.caFile && { ca: await readOption('--ca-file', flags.caFile) }),
      ...(flags.tlsPin && { pin: parsePin(flags.tlsPin) }),
      insecure: flags.insecure ?? false,
    },
    ...(flags.header && { headers: parseHeaders(flags.header) }),
    onWarning: (message) => {
      if (!flags.quiet) warn(message);
    },
  };
}

/** Asked only when the server wants a password: flag before environment before prompt. */
function credentialsFrom(flags: ConnectionFlags): (wanted: readonly string[]) => Promise<Credentials> {
  let asked: Promise<Credentials> | undefined;
  return (wanted) => {
    asked ??= (async () => {
      const password = await passwordFrom(flags, wanted);
      const username = flags.username ?? process.env.RFBCTL_USERNAME;
      return { ...(password !== undefined && { password }), ...(username !== undefined && { username }) };
    })();
    return asked;
  };
}

async function passwordFrom(flags: ConnectionFlags, wanted: readonly string[]): Promise<string | undefined> {
  if (flags.passwordFile !== undefined) return firstLine(await readOption('--password-file', flags.passwordFile));
  if (flags.passwordStdin) return firstLine(await readStdin());
  if (flags.passwordCommand !== undefined) return firstLine(await runCommand(flags.passwordCommand));
  if (flags.password !== undefined) {
    if (!flags.quiet) warn('--password shows the password to other users of this machine; --password-file does not');
    return flags.password;
  }
  if (process.env.RFBCTL_PASSWORD !== undefined) return process.env.RFBCTL_PASSWORD;
  return wanted.includes('password') ? promptSecret('Password: ') : undefined;
}

async function readOption(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError('BAD_OPTION', `${option} ${file} cannot be read: ${(cause as NodeJS.ErrnoException).code}`, {
      cause,
    });
  }
}

function runCommand(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('/bin/sh', ['-c', command], { timeout: 30_000 }, (error, stdout) => {
      if (!error) return resolve(stdout);
      reject(new UsageError('BAD_OPTION', `--password-command failed with ${error.code ?? error.signal}`));
    });
  });
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

function parsePin(text: string): string {
  const hex = text
    .replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    throw new UsageError(
      'BAD_OPTION',
      `"${text}" is no pin; write sha256: and the 64 hex digits of the certificate’s fingerprint`,
    );
  }
  return hex;
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new UsageError('BAD_OPTION', 'a --header is no "Name: value"');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
    }),
  );
}
