import { ActionError } from '../rfb/errors.ts';

/** stdout carries the answer: one document. */
export async function printJson(document: unknown): Promise<void> {
  await print(JSON.stringify(document));
}

export async function print(line: string): Promise<void> {
  await writeStdout(`${line}\n`);
}

/** Resolves when it is written: what cannot be delivered is no success. @throws ActionError `OUTPUT_FAILED` */
export async function writeStdout(content: string | Uint8Array): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(content, (cause) => {
      if (!cause) return resolve();
      const { code } = cause as NodeJS.ErrnoException;
      const why = code === 'EPIPE' ? 'its reader has closed it' : code;
      reject(new ActionError('OUTPUT_FAILED', `cannot write to standard output: ${why}`, { cause }));
    });
  });
}

/** stderr carries everything else. */
export function note(message: string): void {
  process.stderr.write(`rfbctl: ${message}\n`);
}

export function warn(message: string): void {
  process.stderr.write(`rfbctl: warning: ${message}\n`);
}
