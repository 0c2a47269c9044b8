import { badOption } from './arguments.ts';
import type { PasswordFlags } from './connection-options.ts';
import type { Settings } from './settings.ts';
import { DEFAULT_TIMEOUT_MS } from './with-console.ts';

/** A text that stands behind the target; without it, or with -, what standard input holds. @throws UsageError */
export async function textArgument(
  given: string | undefined,
  flags: PasswordFlags,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: Pick<Settings, 'timeoutMs'>,
  interrupted: AbortSignal,
): Promise<string> {
  if (given !== undefined && given !== '-') return given;
  if (given === undefined && process.stdin.isTTY) {
    throw badOption('the text is missing: write it behind the target, or - to type it here first');
  }
  const { stdinText } = await import('./input.ts');
  return await stdinText('the text', flags, timeoutMs, interrupted);
}
