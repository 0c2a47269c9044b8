import { UsageError } from '../rfb/errors.ts';

export function badRecording(name: string, why: string, cause?: unknown): UsageError {
  return new UsageError('BAD_RECORDING', `${name}: ${why}`, { cause });
}
