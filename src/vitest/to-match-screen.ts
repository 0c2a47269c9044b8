import type { MatcherState } from 'vitest';
import type { Console } from '../automation/console.ts';
import { fileNameOf } from '../automation/file-name.ts';
import type { PictureMatchOptions } from '../automation/matching/picture-matcher.ts';
import type { Picture } from '../automation/picture.ts';
import { not } from '../automation/waiting/combined.ts';
import type { Condition } from '../automation/waiting/condition.ts';
import { imageShown } from '../automation/waiting/image-shown.ts';
import { type WaitEvidence, WaitTimeoutError } from '../automation/waiting/wait-for.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { Baseline, writable } from './baseline.ts';
import { evidenceFolder, savePictures, withFiles } from './evidence.ts';
import { consoleOf, type MatcherResult, outcome } from './matcher-state.ts';
import { DEFAULT_TIMEOUT_MS } from './to-show-text.ts';

export interface MatchScreenOptions extends Pick<PictureMatchOptions, 'fuzz' | 'blur' | 'mask' | 'exclude' | 'margin'> {
  /** The part of the screen that counts, and that the baseline is of; default all of it. */
  readonly region?: Rect | undefined;
  /** A screen that becomes a baseline has stood still for so long, in milliseconds; default 500. */
  readonly stableMs?: number | undefined;
  /** Milliseconds; default 4000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_STABLE_MS = 500;

export async function toMatchScreen(
  this: MatcherState,
  received: unknown,
  name: string,
  options: MatchScreenOptions = {},
): Promise<MatcherResult> {
  const vm = consoleOf(received, 'toMatchScreen');
  const baseline = new Baseline(name, this);
  const picture = await baseline.read();
  const { isNot } = this;
  const update = writable(this);
  if (!picture && (isNot || update === 'none')) {
    const why = isNot
      ? 'there is nothing that the screen could differ from'
      : 'a first run without CI, or vitest --update, writes it';
    return outcome(this, false, () => `no baseline ${baseline.shown}: ${why}`);
  }
  if (!picture || (update === 'all' && !isNot))
    return outcome(this, await renew(vm, baseline, picture, options), () => '');
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const shown = sameScreen(picture, baseline.shown, options);
  try {
    await vm.screen.waitFor(isNot ? not(shown) : shown, { timeoutMs, signal });
    return outcome(this, true, () => '');
  } catch (error) {
    if (!(error instanceof WaitTimeoutError)) throw error;
    const files = await evidenceFiles(this, name, error.evidence);
    return outcome(this, false, () => withFiles(error.message, [['baseline', baseline.shown], ...files]));
  }
}

/** Writes the screen that is there, unless the baseline looks like it. */
async function renew(
  vm: Console,
  baseline: Baseline,
  before: Picture | undefined,
  options: MatchScreenOptions,
): Promise<true> {
  const { region, stableMs = DEFAULT_STABLE_MS, timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const picture = await vm.capture({ region, stableMs, timeoutMs, signal });
  if (!before || !(await looksLike(picture, before, options))) await baseline.write(picture);
  return true;
}

/** Of a part that was cut out already. */
async function looksLike(picture: Picture, baseline: Picture, options: MatchScreenOptions): Promise<boolean> {
  const condition = sameScreen(baseline, 'baseline', { ...options, region: undefined });
  return (await condition.look({ picture, first: picture, nowMs: 0 })).holds;
}

/** As `imageShown`, but of the same size: a baseline of another screen is not to be found somewhere on this one. */
function sameScreen(baseline: Picture, name: string, options: MatchScreenOptions): Condition {
  const { region, fuzz, blur, mask, exclude, margin } = options;
  const shown = imageShown(baseline, { region, fuzz, blur, mask, exclude, margin, name });
  return {
    name: shown.name,
    look(view) {
      const { width, height } = region ?? view.picture;
      if (width === baseline.width && height === baseline.height) return shown.look(view);
      const what = region ? 'the region' : 'the screen';
      return {
        holds: false,
        score: 0,
        seen: `${what} is ${width}x${height}, the baseline ${baseline.width}x${baseline.height}`,
      };
    },
  };
}

async function evidenceFiles(state: MatcherState, name: string, evidence: WaitEvidence | undefined) {
  const folder = evidenceFolder(state.testPath, state.currentTestName);
  const difference = evidence?.best.verdict.difference?.();
  return savePictures(`${folder}/${fileNameOf(name.replace(/\.png$/i, ''))}`, {
    screen: evidence?.last.picture,
    difference,
  });
}
