import type { MatcherState } from 'vitest';
import type { Console } from '../automation/console.ts';
import { UsageError } from '../rfb/errors.ts';

/** What a matcher returns to Vitest. */
export interface MatcherResult {
  readonly pass: boolean;
  message(): string;
}

/** The console that `expect` was given. @throws UsageError for anything else */
export function consoleOf(received: unknown, matcher: string): Console {
  if (isConsole(received)) return received;
  throw new UsageError('BAD_OPTION', `${matcher} is for a console: expect(await connect(address)).${matcher}(…)`);
}

/** Vitest turns the result around for `.not`, of which a matcher that waited knows already. */
export function outcome({ isNot }: MatcherState, asWanted: boolean, message: () => string): MatcherResult {
  // Its type says that it is always there.
  return { pass: asWanted !== Boolean(isNot), message };
}

/** No matter which copy of the library has made it. */
function isConsole(value: unknown): value is Console {
  return typeof value === 'object' && value !== null && 'screen' in value && 'capture' in value && 'session' in value;
}
