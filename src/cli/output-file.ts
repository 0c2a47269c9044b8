import { randomBytes } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { access, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ActionError } from '../rfb/errors.ts';
import { writeStdout } from './output.ts';

/** Fails before anything is connected when `file` cannot be written. `-` is stdout. @throws ActionError `OUTPUT_FAILED` */
export async function assertWritable(file: string, option = '--output'): Promise<void> {
  if (file === '-') return;
  try {
    const existing = await statOf(file);
    if (existing?.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    if (existing) await access(file, constants.W_OK);
    if (existing && !existing.isFile()) return;
    // Root may write everywhere, says access(2), also where there is nothing to write to.
    const { partial } = await partialOf(file);
    await (await open(partial, 'wx')).close();
    await rm(partial);
  } catch (cause) {
    throw outputFailed(file, option, cause);
  }
}

/** Writes beside the target and renames: a failure leaves what was there before. Devices and pipes are written directly. */
export async function writeOutput(file: string, bytes: Uint8Array, option = '--output'): Promise<void> {
  if (file === '-') return writeStdout(bytes);
  const existing = await statOf(file);
  try {
    if (existing && !existing.isFile()) return await writeFile(file, bytes);
    const { partial, target } = await partialOf(file);
    try {
      await writeFile(partial, bytes, { flag: 'wx', mode: (existing?.mode ?? 0o666) & 0o777 });
      await rename(partial, target);
    } finally {
      await rm(partial, { force: true });
    }
  } catch (cause) {
    throw outputFailed(file, option, cause);
  }
}

export function outputFailed(file: string, option: string, cause: unknown): ActionError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  const why = REASONS[code] ?? code;
  return new ActionError('OUTPUT_FAILED', `cannot write ${file}: ${why}; choose another ${option}`, { cause });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder (ENOENT)',
  ENOTDIR: 'what stands in for a folder is a file (ENOTDIR)',
  EISDIR: 'it is a folder (EISDIR)',
  EACCES: 'permission denied (EACCES)',
  EROFS: 'the file system is read-only (EROFS)',
  ENOSPC: 'the disk is full (ENOSPC)',
};

async function statOf(file: string): Promise<Stats | undefined> {
  return await stat(file).catch(() => undefined);
}

/** A file beside the target, which is where a link leads to. */
async function partialOf(file: string): Promise<{ readonly partial: string; readonly target: string }> {
  const target = await realpath(file).catch(() => file);
  const partial = path.join(path.dirname(target), `.rfbctl-${process.pid}-${randomBytes(4).toString('hex')}.part`);
  return { partial, target };
}
