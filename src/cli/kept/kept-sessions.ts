import { chmod, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConnectionError, UsageError } from '../../rfb/errors.ts';
import { openAddress } from '../../transports/index.ts';
import { badOption } from '../arguments.ts';

/** A session that a process in the background keeps open. What is here is no secret. */
export interface KeptSession {
  readonly name: string;
  /** Where it leads, as messages show it. */
  readonly target: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly started: string;
  readonly idleMs: number;
}

/** Its files in the folder of kept sessions. */
export interface KeptFiles {
  readonly socket: string;
  /** `KeptSession` as JSON. */
  readonly about: string;
  readonly log: string;
}

const NAME = /^[a-z][\w.-]{0,39}$/i;

/** To find out whether anybody listens on a socket of this machine. */
const CONNECT_TIMEOUT_MS = 5000;

/** `vm` of `session:vm`; undefined for every other target, `session:1` among them: a machine of that name. */
export function keptNameOf(target: string): string | undefined {
  const [, name] = /^session:([a-z].*)$/i.exec(target.trim()) ?? [];
  if (name !== undefined) assertName(name);
  return name;
}

/** @throws UsageError `BAD_OPTION` */
export function assertName(name: string): void {
  if (NAME.test(name)) return;
  throw badOption(
    `"${name}" is no name for a session: wanted a letter, then letters, digits, _ . and -, 40 characters at most`,
  );
}

/**
 * `$XDG_RUNTIME_DIR/rfbctl`, else a folder among the temporary ones; made where there is none.
 * @throws UsageError `BAD_CONFIG` when it is somebody else's, or open to others
 */
export async function keptFolder(env: NodeJS.ProcessEnv): Promise<string> {
  const base = env.XDG_RUNTIME_DIR;
  const given = base !== undefined && path.isAbsolute(base) && (await isFolder(base));
  const folder = given ? path.join(base, 'rfbctl') : path.join(tmpdir(), `rfbctl-${process.getuid?.() ?? 'sessions'}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return;
    throw new UsageError('BAD_CONFIG', `the folder of kept sessions ${folder} cannot be made (${error.code})`);
  });
  await assertOwn(folder, 'the folder of kept sessions', (stats) => stats.isDirectory());
  return folder;
}

export function keptFiles(folder: string, name: string): KeptFiles {
  const file = (ending: string) => path.join(folder, `${name}.${ending}`);
  return { socket: file('sock'), about: file('json'), log: file('log') };
}

/** Tells of a session; its socket, which is there already, becomes its owner's alone. */
export async function announce(files: KeptFiles, session: KeptSession): Promise<void> {
  await chmod(files.socket, 0o600);
  await writeFile(files.about, `${JSON.stringify(session)}\n`, { mode: 0o600 });
}

export async function forget({ socket, about }: KeptFiles): Promise<void> {
  await Promise.all([rm(socket, { force: true }), rm(about, { force: true })]);
}

/** The session of this name; undefined when there is none. What a keeper that has died has left is removed. */
export async function findKept(folder: string, name: string): Promise<KeptSession | undefined> {
  const files = keptFiles(folder, name);
  if (await isListening(files.socket)) return await readAbout(files.about);
  await forget(files);
  return undefined;
}

export async function listKept(folder: string): Promise<KeptSession[]> {
  const names = (await readdir(folder)).flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : []));
  const found = await Promise.all(names.sort().map((name) => findKept(folder, name)));
  return found.filter((session) => session !== undefined);
}

/** The same, where there must be one. @throws ConnectionError `CONNECT_FAILED` */
export async function getKept(folder: string, name: string): Promise<KeptSession> {
  const session = await findKept(folder, name);
  if (session) return session;
  const { log } = keptFiles(folder, name);
  const known = (await listKept(folder)).map((other) => `session:${other.name}`);
  const others = known.length > 0 ? `there are ${known.join(', ')}` : 'there is none';
  const past = (await lstat(log).catch(() => undefined)) ? `; ${log} says what became of it` : '';
  throw new ConnectionError(
    'CONNECT_FAILED',
    `session:${name}: no such session is open, ${others}${past}; rfbctl open ${name} TARGET begins one`,
    { phase: 'connect' },
  );
}

/** The socket of a session, safe to be spoken to. @throws ConnectionError · UsageError */
export async function keptSocket(env: NodeJS.ProcessEnv, name: string): Promise<string> {
  const folder = await keptFolder(env);
  await getKept(folder, name);
  return keptFiles(folder, name).socket;
}

async function readAbout(file: string): Promise<KeptSession | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as KeptSession;
  } catch {
    throw new UsageError('BAD_CONFIG', `${file} is damaged: remove it`);
  }
}

async function isListening(socket: string): Promise<boolean> {
  if (!(await lstat(socket).catch(() => undefined))) return false;
  await assertOwn(socket, 'the socket of a kept session', (stats) => stats.isSocket());
  try {
    const { pipe } = await openAddress(`unix:${socket}`, { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    await pipe.close();
    return true;
  } catch (error) {
    // One that takes its time is there.
    return !(error instanceof ConnectionError);
  }
}

type Stats = Awaited<ReturnType<typeof lstat>>;

/** A link counts as what it is: nobody else may choose where it leads. */
async function assertOwn(file: string, what: string, isRight: (stats: Stats) => boolean): Promise<void> {
  const stats = await lstat(file);
  const wrong = (why: string) => new UsageError('BAD_CONFIG', `${what} ${file} ${why}`);
  if (!isRight(stats)) throw wrong('is something else: remove it');
  const mine = process.getuid?.();
  // Windows has no such modes.
  if (mine === undefined) return;
  if (Number(stats.uid) !== mine) throw wrong(`belongs to another user (${stats.uid})`);
  if ((Number(stats.mode) & 0o077) !== 0) throw wrong(`is open to other users: chmod go= ${file}`);
}

async function isFolder(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => undefined))?.isDirectory() ?? false;
}
