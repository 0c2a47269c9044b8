import type { MatcherState } from 'vitest';
import { not } from '../automation/waiting/combined.ts';
import { textShown } from '../automation/waiting/text-shown.ts';
import { WaitTimeoutError } from '../automation/waiting/wait-for.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { evidenceFolder, savePictures, withFiles } from './evidence.ts';
import { consoleOf, type MatcherResult, outcome } from './matcher-state.ts';

export interface ShowTextOptions {
  /** Where the text may stand; default the whole screen. */
  readonly region?: Rect | undefined;
  /** Milliseconds; default 5000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A little less than Vitest gives a test: the message of a matcher says more than that the test took too long. */
export const DEFAULT_TIMEOUT_MS = 4000;

export async function toShowText(
  this: MatcherState,
  received: unknown,
  pattern: string | RegExp,
  { region, timeoutMs = DEFAULT_TIMEOUT_MS, signal }: ShowTextOptions = {},
): Promise<MatcherResult> {
  const vm = consoleOf(received, 'toShowText');
  const shown = textShown(pattern, { region });
  try {
    await vm.screen.waitFor(this.isNot ? not(shown) : shown, { timeoutMs, signal });
    return outcome(this, true, () => '');
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error;
    const folder = evidenceFolder(this.testPath, this.currentTestName);
    const files = await savePictures(folder, { screen: error.evidence?.last.picture });
    return outcome(this, false, () => withFiles(error.message, files));
  }
}
