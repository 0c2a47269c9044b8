import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a password file as TigerVNC and TightVNC read it. */
export async function vncPasswordFile(directory: string, password: string): Promise<string> {
  const made = spawnSync('tigervncpasswd', ['-f'], { input: `${password}\n` });
  if (made.status !== 0) throw new Error(`tigervncpasswd: ${made.error?.message ?? made.stderr.toString()}`);
  const file = join(directory, 'passwd');
  await writeFile(file, made.stdout, { mode: 0o600 });
  return file;
}
