import { type FileHandle, open } from 'node:fs/promises';
import { ActionError } from '../rfb/errors.ts';
import { badRecording } from './bad-recording.ts';

/** @throws UsageError `BAD_RECORDING` */
export async function openRecordingFile(name: string): Promise<FileHandle> {
  try {
    return await open(name, 'r');
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw badRecording(name, code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`, cause);
  }
}

/** A new file: one that exists is not written over. @throws ActionError `OUTPUT_FAILED` */
export async function createRecordingFile(name: string): Promise<FileHandle & AsyncDisposable> {
  try {
    // What was on a screen, and what was typed, is for its owner.
    const file = await open(name, 'wx', 0o600);
    return Object.assign(file, { [Symbol.asyncDispose]: () => file.close() });
  } catch (cause) {
    throw outputFailed(name, cause);
  }
}

export function outputFailed(name: string, cause: unknown): ActionError {
  const { code } = cause as NodeJS.ErrnoException;
  const why = code === 'EEXIST' ? 'it exists already, and recordings are not written over' : code;
  return new ActionError('OUTPUT_FAILED', `cannot write ${name}: ${why}`, { cause });
}
