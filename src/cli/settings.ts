import type { ConnectOptions } from '../automation/console.ts';
import { UsageError } from '../rfb/errors.ts';
import { checkVia, describeAddress, variablesOf } from '../transports/index.ts';
import { badOption, parseHeader, parseTimeout } from './arguments.ts';
import { readTarget, type Target } from './config-file.ts';
import type { ApiFlags, ConnectionFlags, Header, TargetFlags } from './connection-options.ts';
import { type CredentialSources, passwordSource, readSecret, readSetting } from './credentials.ts';
import { knownHosts } from './known-hosts.ts';
import { warn } from './output.ts';
import { readingOptions, type TextFlags } from './text-options.ts';

/** What the command line, the environment and the configuration file say together, in this order. */
export interface Settings {
  readonly address: string;
  /** The address without what may be secret in it, for messages. */
  readonly name: string;
  /** For the whole command, where somebody said so. */
  readonly timeoutMs: number | undefined;
  readonly retryMs: number;
  readonly credentials: CredentialSources;
  readonly connect: ConnectOptions;
  readonly verbosity: number;
  readonly logFile: string | undefined;
  /** The folder for a record of what happens. */
  readonly trace: string | undefined;
  readonly onWarning: (message: string) => void;
}

/**
 * Reads everything that can be wrong before a connection is made.
 * @throws UsageError `BAD_ADDRESS`, `BAD_CONFIG`, `BAD_OPTION`
 */
export async function readSettings(
  given: string,
  flags: ApiFlags & TextFlags & Partial<ConnectionFlags>,
): Promise<Settings> {
  const { env } = process;
  const target = given.startsWith('@') ? await readTarget(given.slice(1), env) : undefined;
  const kept = await keptSession(given, env);
  const address = target?.address ?? kept ?? given;
  const settings: TargetFlags = { ...target, ...flags };
  const onWarning = (message: string) => {
    if (!flags.quiet) warn(message);
  };
  const name = kept === undefined ? addressName(address, target) : given;
  checkVia(address, settings.via);
  const headers = await headersFrom(flags, target, onWarning);
  const token = await tokenFrom(flags, env, target);
  return {
    address,
    name,
    timeoutMs: flags.timeout ?? timeoutFrom(env) ?? target?.timeout,
    retryMs: settings.retryConnect ?? 0,
    credentials: {
      username: flags.username ?? (env.RFBCTL_USERNAME || target?.username),
      password: await passwordSource(flags, env, target),
      otp: flags.otp ?? (env.RFBCTL_OTP || undefined),
      target: settings.xvpTarget,
      ask: flags.ask !== false,
    },
    connect: {
      ...(await connectOptions(settings)),
      ...(await readingOptions(flags)),
      ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
      ...(token && { token }),
      checkServerKey: knownHosts(env, { insecure: settings.insecure ?? false, onWarning }),
      variables: variablesFrom(address, env),
      reconnect: flags.reconnect ?? true,
      ...(flags.decoder && { decoder: flags.decoder }),
      onWarning,
    },
    verbosity: flags.verbose ?? 0,
    logFile: flags.logFile,
    trace: flags.trace,
    onWarning,
  };
}

/** The address of `session:NAME`. */
async function keptSession(given: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!/^session:/i.test(given.trim())) return undefined;
  const { keptNameOf, keptSocket } = await import('./kept/kept-sessions.ts');
  const name = keptNameOf(given);
  return name && `unix:${await keptSocket(env, name)}`;
}

function addressName(address: string, target: Target | undefined): string {
  try {
    return describeAddress(address);
  } catch (error) {
    if (!(error instanceof UsageError) || !target) throw error;
    throw new UsageError('BAD_CONFIG', `${target.where}.address: ${error.message}`);
  }
}

function timeoutFrom({ RFBCTL_TIMEOUT: text }: NodeJS.ProcessEnv): number | undefined {
  if (!text) return undefined;
  try {
    return parseTimeout(text);
  } catch (error) {
    throw error instanceof UsageError ? new UsageError('BAD_OPTION', `RFBCTL_TIMEOUT: ${error.message}`) : error;
  }
}

async function headersFrom(
  { header, headerFile }: Pick<ConnectionFlags, 'header' | 'headerFile'>,
  target: Target | undefined,
  onWarning: (message: string) => void,
): Promise<readonly Header[]> {
  const secret = header?.find(([name]) => /^(?:(?:proxy-)?authorization|cookie|x-auth-token)$/i.test(name));
  if (secret) {
    onWarning(`--header shows the ${secret[0]} to other users of this machine; --header-file does not`);
  }
  const file = headerFile === undefined ? [] : headerLines(await readSetting('--header-file', headerFile));
  const given = [...file, ...(header ?? [])];
  return given.length > 0 ? given : (target?.header ?? []);
}

function headerLines(text: string): Header[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  try {
    return lines.map(parseHeader);
  } catch (error) {
    throw error instanceof UsageError ? badOption(`--header-file: ${error.message}`) : error;
  }
}

async function tokenFrom(
  { tokenFile }: Pick<ConnectionFlags, 'tokenFile'>,
  { RFBCTL_TOKEN: token }: NodeJS.ProcessEnv,
  target: Target | undefined,
): Promise<string | undefined> {
  if (tokenFile !== undefined) return await readSecret('--token-file', tokenFile, 'the token');
  if (token) return token;
  if (target?.tokenFile === undefined) return undefined;
  return await readSecret(`${target.where}.tokenFile`, target.tokenFile, 'the token', 'BAD_CONFIG');
}

/** What the transport of this address understands, and nothing else. */
function variablesFrom(address: string, env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const known = variablesOf(address).map((name) => [name, env[name] ?? ''] as const);
  return Object.fromEntries(known.filter(([, value]) => value !== ''));
}

async function connectOptions(settings: TargetFlags): Promise<ConnectOptions> {
  const { connectTimeout, security, encodings, pixelFormat, subprotocol } = settings;
  const { caFile, certFile, keyFile, keyPassphraseFile } = settings;
  return {
    ...(connectTimeout && { connectTimeoutMs: connectTimeout, handshakeTimeoutMs: connectTimeout }),
    shared: !settings.exclusive,
    ...(security && { security }),
    allowPlaintextPassword: settings.allowPlaintextPassword ?? false,
    ...(encodings && { encodings }),
    ...(pixelFormat && { pixelFormat }),
    tls: {
      ...(caFile && { ca: await readSetting('--ca-file', caFile) }),
      ...(certFile && { cert: await readSetting('--cert-file', certFile) }),
      ...(keyFile && { key: await readSetting('--key-file', keyFile) }),
      ...(keyPassphraseFile && {
        passphrase: await readSecret('--key-passphrase-file', keyPassphraseFile, 'the passphrase'),
      }),
      ...(settings.tlsPin && { pin: settings.tlsPin }),
      insecure: settings.insecure ?? false,
    },
    ...(subprotocol && { subprotocol }),
    ...(settings.via && { via: settings.via }),
  };
}
