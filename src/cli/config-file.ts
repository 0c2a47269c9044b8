import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { nearestNames } from '../automation/nearest-names.ts';
import { UsageError } from '../rfb/errors.ts';
import { parseDuration, parseHeader, parseList, parseName, parsePin, parseTimeout } from './arguments.ts';
import { ENCODINGS, type PasswordFlags, PIXEL_FORMATS, SECURITY, type TargetFlags } from './connection-options.ts';

/** A target of the configuration file: an address, and what would be options on the command line. */
export interface Target extends TargetFlags, Omit<PasswordFlags, 'passwordStdin' | 'otp'> {
  readonly address: string;
  /** The file and the target in it, for messages. */
  readonly where: string;
}

/** `$XDG_CONFIG_HOME/rfbctl/config.json`, by default below `~/.config`. */
export function configFile(env: NodeJS.ProcessEnv): string {
  // The specification: a relative path in the variable is to be ignored.
  const base = env.XDG_CONFIG_HOME;
  const folder = base !== undefined && path.isAbsolute(base) ? base : path.join(env.HOME || homedir(), '.config');
  return path.join(folder, 'rfbctl', 'config.json');
}

/** The target called `name`. @throws UsageError `BAD_CONFIG`, which names file and field */
export async function readTarget(name: string, env: NodeJS.ProcessEnv): Promise<Target> {
  const file = configFile(env);
  const config = fieldsOf(parseJson(await readConfig(file, name), file), file, ['targets']);
  const targets = fieldsOf(config.targets ?? {}, `${file}: targets`);
  if (!Object.hasOwn(targets, name))
    throw new UsageError('BAD_CONFIG', unknownTarget(name, file, Object.keys(targets)));
  const where = `${file}: targets.${name}`;
  const fields = fieldsOf(targets[name], where, Object.keys(FIELDS));
  if (fields.address === undefined) throw badConfig(where, 'has no address; write "address": "host:1"');
  const target: Record<string, unknown> = { where };
  for (const [field, value] of Object.entries(fields)) {
    target[field === 'headers' ? 'header' : field] = readField(`${where}.${field}`, field, value, file);
  }
  if (fields.password !== undefined) await assertPrivate(file, `${where}.password`);
  if (fields.headers !== undefined) await assertPrivate(file, `${where}.headers`);
  return target as unknown as Target;
}

type Kind = (value: unknown, file: string) => unknown;

const FIELDS: Readonly<Record<string, Kind>> = {
  address: (value) => {
    const address = text(value);
    if (address.startsWith('@')) throw new UsageError('BAD_CONFIG', 'a target cannot lead to another target');
    return address;
  },
  username: text,
  password: text,
  passwordFile: filePath,
  passwordCommand: text,
  timeout: (value) => parseTimeout(duration(value)),
  connectTimeout: (value) => parseTimeout(duration(value)),
  retryConnect: (value) => parseDuration(duration(value)),
  security: (value) => parseList(SECURITY.what, SECURITY.values)(list(value)),
  allowPlaintextPassword: yesOrNo,
  xvpTarget: text,
  encodings: (value) => parseList(ENCODINGS.what, ENCODINGS.values)(list(value)),
  pixelFormat: (value) => parseName(PIXEL_FORMATS.what, PIXEL_FORMATS.values)(text(value)),
  exclusive: yesOrNo,
  caFile: filePath,
  tlsPin: (value) => parsePin(text(value)),
  via: text,
  insecure: yesOrNo,
  certFile: filePath,
  keyFile: filePath,
  keyPassphraseFile: filePath,
  tokenFile: filePath,
  headers: (value) => Object.entries(fieldsOf(value, '')).map(([name, held]) => parseHeader(`${name}: ${text(held)}`)),
  subprotocol: text,
};

/** The fields of a target, for the documentation's test. */
export const targetFields: readonly string[] = Object.keys(FIELDS);

function readField(where: string, field: string, value: unknown, file: string): unknown {
  try {
    return FIELDS[field]?.(value, file);
  } catch (error) {
    if (error instanceof UsageError) throw badConfig(where, error.message);
    throw error;
  }
}

async function readConfig(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' ? 'there is no configuration file' : `the configuration file cannot be read (${code})`;
    const example = `{"targets": {"${name}": {"address": "host:1"}}}`;
    throw new UsageError('BAD_CONFIG', `@${name}: ${why}: ${file}; wanted ${example}`, { cause });
  }
}

/** Node's own message may quote what stands around the fault, a password perhaps: only the place is told. */
function parseJson(content: string, file: string): unknown {
  try {
    return JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const position = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
    const before = content.slice(0, position === undefined ? content.length : Number(position));
    const line = before.split('\n').length;
    throw new UsageError('BAD_CONFIG', `${file}: no valid JSON, the fault is found in line ${line}`);
  }
}

function fieldsOf(value: unknown, where: string, known?: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badConfig(where, 'wanted an object { … }');
  }
  const unknown = known && Object.keys(value).find((name) => !known.includes(name));
  if (known && unknown !== undefined) {
    const near = nearestNames(unknown, known);
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${known.join(', ')}`;
    throw badConfig(where, `no field is called "${unknown}"; ${hint}`);
  }
  return { ...value };
}

function unknownTarget(name: string, file: string, names: readonly string[]): string {
  const near = nearestNames(name, names);
  if (near.length > 0) return `no target is called "${name}" in ${file}; did you mean @${near.join(' or @')}?`;
  const known = names.length > 0 ? `there are @${names.slice(0, 20).join(', @')}` : 'it has no targets';
  return `no target is called "${name}" in ${file}; ${known}`;
}

/** A secret in a file that others can read is none. */
async function assertPrivate(file: string, where: string): Promise<void> {
  const { mode, uid } = await stat(file);
  const mine = process.getuid?.();
  // Windows has no such modes.
  if (mine === undefined) return;
  if ((mode & 0o077) !== 0) {
    throw badConfig(where, `other users may read the file (mode ${(mode & 0o777).toString(8)}): chmod 600 ${file}`);
  }
  if (uid !== mine && uid !== 0) throw badConfig(where, `the file belongs to another user (${uid}): chown it to yours`);
}

function text(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new UsageError('BAD_CONFIG', 'wanted a text that is not empty');
}

function duration(value: unknown): string {
  return typeof value === 'number' ? String(value) : text(value);
}

function list(value: unknown): string {
  return Array.isArray(value) ? value.map(text).join(',') : text(value);
}

function yesOrNo(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new UsageError('BAD_CONFIG', 'wanted true or false');
}

/** Relative to the configuration file; `~/` is the home directory. */
function filePath(value: unknown, file: string): string {
  return path.resolve(path.dirname(file), text(value).replace(/^~(?=\/)/, homedir()));
}

function badConfig(where: string, why: string): UsageError {
  return new UsageError('BAD_CONFIG', `${where}: ${why}`);
}
