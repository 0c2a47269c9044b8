import { UsageError } from '../../rfb/errors.ts';
import { type KeyOptions, pressingMs, type TypeOptions, typingMs } from '../keyboard.ts';
import { describePlace } from './script-source.ts';
import { everyStep, type Step } from './step.ts';

/** How the keys of a script are pressed. */
export interface KeyTiming extends Pick<TypeOptions, 'keys' | 'layout' | 'lockKeys' | 'rate'> {
  /**
   * As packer's boot_key_interval, which it waits after each key event: a character takes two of them. Keys are held no
   * longer for that, so that none of them repeats. Default: `rate` counts.
   */
  readonly keyIntervalMs?: number | undefined;
}

export function keyOptions({ keys, layout, lockKeys }: KeyTiming): KeyOptions {
  return { keys, layout, lockKeys };
}

export function typeOptions(timing: KeyTiming): TypeOptions {
  const { rate, keyIntervalMs } = timing;
  if (keyIntervalMs === undefined) return { ...keyOptions(timing), rate };
  return { ...keyOptions(timing), rate: keyIntervalMs > 0 ? 500 / keyIntervalMs : Number.POSITIVE_INFINITY };
}

/** @throws UsageError `BAD_KEY` for the first step that the layout cannot type */
export function assertTypable(steps: readonly Step[], { layout }: KeyTiming): void {
  for (const step of everyStep(steps)) {
    try {
      if (step.action === 'type') typingMs(step.text, { layout });
      if (step.action === 'press' || step.action === 'down' || step.action === 'up')
        pressingMs([step.chord], { layout });
    } catch (error) {
      if (error instanceof UsageError) error.message = `${describePlace(step.place)}: ${error.message}`;
      throw error;
    }
  }
}

/** What is left of the time that packer would take for a press, after the press. */
export function restAfterPressMs(
  step: Step & { readonly action: 'press' },
  { keyIntervalMs = 0, layout }: KeyTiming,
): number {
  const { chord, holdMs } = step;
  const keys = chord.split('+').length;
  return Math.max(0, keys * 2 * keyIntervalMs - pressingMs([chord], { holdMs, layout }));
}
