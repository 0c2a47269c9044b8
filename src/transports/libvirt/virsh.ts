import { execFile } from 'node:child_process';
import { AuthenticationError, ConnectionError, type RfbError } from '../../rfb/errors.ts';
import { errorCode } from '../../rfb/node-error.ts';
import { printable } from '../../rfb/protocol/text.ts';

/** Descriptions of a thousand domains fit. */
const MAX_OUTPUT = 64 * 1024 * 1024;

export interface VirshOptions {
  /** Left out: the default one. */
  readonly uri?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What the system's virsh prints. Nothing goes through a shell.
 * @throws ConnectionError · AuthenticationError · VirshRefusal · the reason of an aborted `signal`
 */
export async function virsh(args: readonly string[], { uri, signal }: VirshOptions): Promise<string> {
  signal?.throwIfAborted();
  const all = ['-q', ...(uri === undefined ? [] : [`--connect=${uri}`]), ...args];
  return await new Promise((resolve, reject) => {
    const options = { encoding: 'utf8', maxBuffer: MAX_OUTPUT, ...(signal && { signal }) } as const;
    const child = execFile('virsh', all, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(signal?.aborted ? signal.reason : failureOf(error, stderr, uri));
    });
    // It asks for nothing.
    child.stdin?.on('error', () => {}).end();
  });
}

/** libvirt refuses what was asked of it. */
export class VirshRefusal extends ConnectionError {
  /** Its own words. */
  readonly said: string;

  constructor(where: string, said: string, cause: unknown) {
    super('CONNECT_FAILED', `${where} says: ${said}`, { cause, phase: 'connect' });
    this.name = 'ConnectionError';
    this.said = said;
  }
}

function failureOf(cause: unknown, stderr: string, uri: string | undefined): RfbError {
  const where = uri === undefined ? 'virsh' : `virsh at ${uri.replace(/\?.*$/s, '')}`;
  const failed = (why: string) =>
    new ConnectionError('CONNECT_FAILED', `${where}: ${why}`, { cause, phase: 'connect' });
  if (errorCode(cause) === 'ENOENT')
    return failed('there is no program virsh in the PATH: Debian has it in libvirt-clients');
  const said = errorsIn(stderr);
  if (/authentication (?:failed|unavailable|cancelled)|polkit/i.test(said)) {
    const message = `${where} is not let in (${said}): be root or in the group libvirt, or set its authentication up`;
    return new AuthenticationError('AUTHENTICATION_FAILED', message, { cause, reason: said, phase: 'connect' });
  }
  if (/Permission denied \(|Host key verification failed/.test(stderr)) {
    return failed(
      `its ssh does not get in (${said}): does ssh lead there by hand, and is the key in the agent (ssh-add)?`,
    );
  }
  if (/failed to connect to the hypervisor/.test(stderr)) {
    return failed(`${said}: is libvirt running there, and is this its URI?`);
  }
  return new VirshRefusal(where, said === '' ? printable(String(cause)) : said, cause);
}

/** `error: failed to …` and what follows it. */
function errorsIn(stderr: string): string {
  const lines = stderr.split('\n').flatMap((line) => /^error: (.*)$/.exec(line)?.[1] ?? []);
  const [first = '', ...rest] = lines.length > 0 ? lines : [stderr];
  return printable([first.replace(/^failed to connect to the hypervisor$/, 'no connection'), ...rest].join(': '));
}
