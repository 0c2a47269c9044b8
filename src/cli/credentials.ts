import { readFile } from 'node:fs/promises';
import { UsageError } from '../rfb/errors.ts';
import type { CredentialsProvider } from '../rfb/protocol/security/security-type.ts';
import type { Target } from './config-file.ts';
import type { ApiFlags, PasswordFlags } from './connection-options.ts';
import { warn } from './output.ts';

/** Gives up its question when `signal` aborts. */
export type PasswordSource = (signal: AbortSignal) => Promise<string | undefined>;

/**
 * Where the password comes from: flag before environment before file before the terminal. Files are read at once, so that
 * an unreadable one is told before anything is dialled; everything else is asked only when the server wants a password.
 * @throws UsageError `BAD_OPTION`, `BAD_CONFIG`
 */
export async function passwordSource(
  flags: ApiFlags,
  env: NodeJS.ProcessEnv,
  target: Target | undefined,
): Promise<PasswordSource> {
  const names = (option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const fromFlags = await sourceOf(flags, names, 'BAD_OPTION');
  if (flags.password !== undefined && !flags.quiet) {
    warn('--password shows the password to other users of this machine; --password-file does not');
  }
  if (fromFlags) return fromFlags;
  const { RFBCTL_PASSWORD: password } = env;
  if (password) return async () => password;
  const fromFile = target && (await sourceOf(target, (field) => `${target.where}.${field}`, 'BAD_CONFIG'));
  if (fromFile || flags.ask === false) return fromFile ?? (async () => undefined);
  return async (signal) => (await input()).promptSecret('Password: ', signal);
}

/** Where what a server may want to know comes from. */
export interface CredentialSources {
  readonly username: string | undefined;
  readonly password: PasswordSource;
  /** The machine behind an XVP server. */
  readonly target: string | undefined;
  /** A one-time code, where somebody has given it beforehand. */
  readonly otp: string | undefined;
  /** Whether the terminal may be asked for one. */
  readonly ask: boolean;
}

/** Asks once, however often the server does. */
export function credentialsFrom(sources: CredentialSources, signal: AbortSignal): CredentialsProvider {
  const { username, target } = sources;
  let password: Promise<string | undefined> | undefined;
  let otp: Promise<string | undefined> | undefined;
  return async (wanted) => {
    if (wanted.includes('password')) password ??= sources.password(signal);
    if (wanted.includes('otp')) otp ??= oneTimeCode(sources, signal);
    return { username, target, password: await password, otp: await otp };
  };
}

async function oneTimeCode({ otp, ask }: CredentialSources, signal: AbortSignal): Promise<string | undefined> {
  return otp ?? (ask ? await (await input()).promptSecret('One-time code: ', signal) : undefined);
}

async function sourceOf(
  flags: PasswordFlags,
  nameOf: (field: string) => string,
  code: 'BAD_OPTION' | 'BAD_CONFIG',
): Promise<PasswordSource | undefined> {
  const { password, passwordFile, passwordStdin, passwordCommand } = flags;
  const given = Object.entries({ password, passwordFile, passwordStdin, passwordCommand });
  const [field, another] = given.filter(([, value]) => value !== undefined).map(([name]) => nameOf(name));
  if (field === undefined) return undefined;
  if (another !== undefined) throw new UsageError(code, `${field} and ${another}: the password comes from one of them`);
  if (passwordFile !== undefined) {
    const line = await readSecret(field, passwordFile, 'the password', code);
    return async () => line;
  }
  if (passwordCommand !== undefined)
    return async (signal) => firstLine(await (await input()).outputOfCommand(field, passwordCommand, signal));
  return passwordStdin ? async (signal) => (await input()).firstLineOfStdin(signal) : async () => password;
}

/** Most runs never ask. */
const input = () => import('./input.ts');

/** The content of a file that an option or a field names. @throws UsageError */
export async function readSetting(
  name: string,
  file: string,
  code: 'BAD_OPTION' | 'BAD_CONFIG' = 'BAD_OPTION',
): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code: why } = cause as NodeJS.ErrnoException;
    throw new UsageError(code, `${name} ${file}: cannot be read (${why})`, { cause });
  }
}

/** The first line of such a file. @throws UsageError */
export async function readSecret(
  name: string,
  file: string,
  what: string,
  code: 'BAD_OPTION' | 'BAD_CONFIG' = 'BAD_OPTION',
): Promise<string> {
  const line = firstLine(await readSetting(name, file, code));
  if (line === '') throw new UsageError(code, `${name} ${file}: its first line is empty, wanted ${what}`);
  return line;
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}
