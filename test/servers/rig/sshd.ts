import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { building, type Owned } from './rfb-server.ts';
import { listening, startOnFreePort, startProcess } from './server-process.ts';

const run = promisify(execFile);

export interface SshdOptions {
  /** More lines of sshd_config. */
  readonly config?: readonly string[];
}

/** OpenSSH's server on the loopback, with keys of its own. `~/.ssh` is neither read nor written. */
export interface Sshd extends AsyncDisposable {
  /** For `via`: `ssh:user@127.0.0.1:PORT`. */
  readonly via: string;
  readonly port: number;
  /**
   * A folder with an `ssh` that knows these keys, for the front of PATH: the system's program with a configuration of its own.
   * `options` are more lines for that.
   */
  client(options?: readonly string[]): Promise<string>;
  log(): string;
  stop(): Promise<void>;
}

export function sshd({ config = [] }: SshdOptions = {}): Promise<Sshd> {
  return startOnFreePort((port) =>
    building(async (owned) => {
      const directory = await owned.directory();
      const file = (name: string) => join(directory, name);
      await Promise.all(['host', 'user', 'stranger'].map((name) => keyPair(file(name))));
      await writeFile(file('authorized'), await readFile(file('user.pub')));
      const host = (await readFile(file('host.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
      await writeFile(file('known'), `[127.0.0.1]:${port} ${host}\n`);
      // Of a root's sshd, which starts its children there.
      if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
      const lines = [
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${file('host')}`,
        `AuthorizedKeysFile ${file('authorized')}`,
        'PidFile none',
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        'KbdInteractiveAuthentication no',
        'PermitRootLogin prohibit-password',
        ...config,
      ];
      await writeFile(file('sshd_config'), `${lines.join('\n')}\n`);
      // By its whole path, with which it starts itself anew for each connection.
      const server = owned.add(await startProcess('/usr/sbin/sshd', ['-D', '-e', '-f', file('sshd_config')]));
      await server.until(`listening on ${port}`, async () => (await listening(port)) || undefined);
      return {
        via: `ssh:${userInfo().username}@127.0.0.1:${port}`,
        port,
        client: (options = []) => client(owned, file, options),
        log: server.log,
        stop: () => owned.stop(),
        [Symbol.asyncDispose]: () => owned.stop(),
      };
    }),
  );
}

async function keyPair(path: string): Promise<void> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
}

async function client(owned: Owned, file: (name: string) => string, options: readonly string[]): Promise<string> {
  const folder = await owned.directory();
  const lines = [
    ...options,
    `IdentityFile ${file('user')}`,
    'IdentitiesOnly yes',
    'IdentityAgent none',
    `UserKnownHostsFile ${file('known')}`,
    'GlobalKnownHostsFile none',
    'StrictHostKeyChecking yes',
  ];
  await writeFile(join(folder, 'config'), `${lines.join('\n')}\n`);
  const { stdout } = await run('sh', ['-c', 'command -v ssh']);
  await writeFile(join(folder, 'ssh'), `#!/bin/sh\nexec ${stdout.trim()} -F '${join(folder, 'config')}' "$@"\n`);
  await chmod(join(folder, 'ssh'), 0o755);
  return folder;
}
