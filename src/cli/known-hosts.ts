import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { ConnectionError, UsageError } from '../rfb/errors.ts';
import type { CheckServerKey, ServerKey } from '../rfb/protocol/security/server-key.ts';

export interface KnownHostsOptions {
  /** Takes any key, and remembers none. */
  readonly insecure: boolean;
  onWarning(message: string): void;
}

/** `$XDG_STATE_HOME/rfbctl/known-hosts`, by default below `~/.local/state`. */
export function knownHostsFile(env: NodeJS.ProcessEnv): string {
  // The specification: a relative path in the variable is to be ignored.
  const base = env.XDG_STATE_HOME;
  const folder = base && path.isAbsolute(base) ? base : path.join(env.HOME || homedir(), '.local', 'state');
  return path.join(folder, 'rfbctl', 'known-hosts');
}

/** Keys of servers that have one (RA2, Apple RSA): remembered when first seen, refused when another comes. */
export function knownHosts(env: NodeJS.ProcessEnv, { insecure, onWarning }: KnownHostsOptions): CheckServerKey {
  const file = knownHostsFile(env);
  return async (key) => {
    const { server, fingerprint } = key;
    if (insecure) {
      onWarning(`the key of ${server} is not checked: whoever sits in between can read and change all`);
      return false;
    }
    const known = linesOf(await readKnown(file)).filter((line) => line.server === server);
    if (known.some((line) => line.fingerprint === fingerprint)) return true;
    const [other] = known;
    if (other) throw changed(key, file, other);
    const shown = key.shownAs === undefined ? '' : ` (its viewers show it as ${key.shownAs})`;
    const remembered = await remember(file, key);
    onWarning(`the key of ${server} was not known: it is ${fingerprint}${shown}; ${remembered}`);
    return false;
  };
}

interface KnownLine {
  readonly number: number;
  readonly server: string;
  readonly fingerprint: string;
}

/** `SERVER ALGORITHM FINGERPRINT`; empty lines, and those that begin with #, say nothing. */
function linesOf(text: string): KnownLine[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    const [server = '', , fingerprint] = line.trim().split(/\s+/);
    return fingerprint === undefined || server.startsWith('#') ? [] : [{ number: index + 1, server, fingerprint }];
  });
}

async function readKnown(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new UsageError('BAD_CONFIG', `${file}: the file of known servers cannot be read (${code})`, { cause });
  }
}

async function remember(file: string, { server, algorithm, fingerprint }: ServerKey): Promise<string> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${server} ${algorithm} ${fingerprint}\n`, { mode: 0o600 });
    return `${file} remembers it`;
  } catch (cause) {
    return `it cannot be remembered in ${file} (${(cause as NodeJS.ErrnoException).code})`;
  }
}

function changed({ server, fingerprint }: ServerKey, file: string, known: KnownLine): ConnectionError {
  const message = `the key of ${server} is another than before: got ${fingerprint}, known is ${known.fingerprint} (${file}, line ${known.number}); it was made anew, or someone sits in between: when it is the right one, remove that line`;
  return new ConnectionError('SERVER_KEY_UNTRUSTED', message);
}
