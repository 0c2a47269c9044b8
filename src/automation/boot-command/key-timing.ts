import { type KeyMode, pressingMs, type TypeOptions } from '../keyboard.ts';
import type { Step } from './step.ts';

/** How the keys of a script are pressed. */
export interface KeyTiming {
  /** See `KeyOptions`. */
  readonly keys?: KeyMode | undefined;
  /** See `TypeOptions`. */
  readonly rate?: number | undefined;
  /**
   * As packer's boot_key_interval, which it waits after each key event: a character takes two of them. Keys are held no
   * longer for that, so that none of them repeats. Default: `rate` counts.
   */
  readonly keyIntervalMs?: number | undefined;
}

export function typeOptions({ keys, rate, keyIntervalMs }: KeyTiming): TypeOptions {
  if (keyIntervalMs === undefined) return { keys, rate };
  return { keys, rate: keyIntervalMs > 0 ? 500 / keyIntervalMs : Number.POSITIVE_INFINITY };
}

/** What is left of the time that packer would take for a press, after the press. */
export function restAfterPressMs(step: Step & { readonly action: 'press' }, { keyIntervalMs = 0 }: KeyTiming): number {
  const { chord, holdMs } = step;
  const keys = chord.split('+').length;
  return Math.max(0, keys * 2 * keyIntervalMs - pressingMs([chord], { holdMs }));
}
