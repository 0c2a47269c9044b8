import { ActionError, TimeoutError } from '../../rfb/errors.ts';
import type { Console } from '../console.ts';
import type { TypeOptions } from '../keyboard.ts';
import type { TextScreen } from '../text/text-screen.ts';
import type { Condition } from '../waiting/condition.ts';
import { sameText } from './echo.ts';
import type { Settle } from './typewriter.ts';
import { type TypingReport, VerifyingTypist } from './verifying-typist.ts';

/** A text that goes on changing for so long does not come to rest. */
const SETTLE_TIMEOUT_MS = 20_000;

/** See `Console.typeVerified`. */
export async function typeVerified(
  { keyboard, screen }: Pick<Console, 'keyboard' | 'screen'>,
  text: string,
  options: TypeOptions = {},
): Promise<TypingReport> {
  const settle: Settle = async (again) => {
    let last: TextScreen | undefined;
    let since = 0;
    const condition: Condition = {
      name: 'what was typed to be seen',
      look({ picture, nowMs }) {
        const now = screen.read(picture);
        if (!last || !sameText(last, now)) since = nowMs;
        last = now;
        const againInMs = again({ screen: now, stillMs: nowMs - since, nowMs });
        return {
          holds: againInMs <= 0,
          score: againInMs <= 0 ? 1 : 0,
          seen: 'text',
          againInMs: Math.max(1, againInMs),
        };
      },
    };
    try {
      await screen.waitFor(condition, { signal: options.signal, timeoutMs: SETTLE_TIMEOUT_MS });
    } catch (error) {
      if (!(error instanceof TimeoutError) || options.signal?.aborted || !last) throw error;
      const message = 'the text on the screen does not come to rest: what is typed cannot be verified';
      throw new ActionError('ACTION_FAILED', message, { cause: error });
    }
    if (!last) throw new ActionError('ACTION_FAILED', 'no screen was seen');
    return last;
  };
  return await new VerifyingTypist(keyboard, settle, options).type(text);
}
