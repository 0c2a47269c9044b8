import { constants } from 'node:fs';
import { access, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ActionError } from '../rfb/errors.ts';

/** Fails before anything is connected when `file` cannot be written. `-` is stdout. @throws ActionError `OUTPUT_FAILED` */
export async function assertWritable(file: string): Promise<void> {
  if (file === '-') return;
  try {
    await access(path.dirname(file), constants.W_OK);
    const existing = await stat(file).catch(() => undefined);
    if (existing?.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    if (existing) await access(file, constants.W_OK);
  } catch (cause) {
    throw outputFailed(file, cause);
  }
}

/** Writes beside the target and renames: a failure leaves what was there before. */
export async function writeOutput(file: string, bytes: Uint8Array): Promise<void> {
  if (file === '-') {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(bytes, (error) => (error ? reject(outputFailed('stdout', error)) : resolve()));
    });
    return;
  }
  const special = await stat(file).then(
    (found) => !found.isFile(),
    () => false,
  );
  const partial = special ? file : path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.part`);
  try {
    await writeFile(partial, bytes);
    if (!special) await rename(partial, file);
  } catch (cause) {
    if (!special) await rm(partial, { force: true });
    throw outputFailed(file, cause);
  }
}

function outputFailed(file: string, cause: unknown): ActionError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  return new ActionError('OUTPUT_FAILED', `cannot write ${file}: ${code}; choose another --output`, {
    cause: cause as Error,
  });
}
