import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A user database of its own for Cyrus SASL, and the environment by which QEMU finds it. */
export async function saslUsers(
  directory: string,
  users: Readonly<Record<string, string>>,
  mechanisms: readonly string[],
): Promise<Record<string, string>> {
  const database = join(directory, 'sasldb2');
  await writeFile(
    join(directory, 'qemu.conf'),
    `mech_list: ${mechanisms.join(' ')}\npwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${database}\n`,
  );
  for (const [name, password] of Object.entries(users)) {
    // -p: the password comes from standard input.
    execFileSync('/usr/sbin/saslpasswd2', ['-f', database, '-c', '-p', '-u', hostname(), name], { input: password });
  }
  return { SASL_CONF_PATH: directory };
}
