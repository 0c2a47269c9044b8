import { pressingMs, typingMs } from '../keyboard.ts';
import { DEFAULT_EVERY_MS } from '../press-until.ts';
import { assertTypable, type KeyTiming, restAfterPressMs, typeOptions } from './key-timing.ts';
import { DEFAULT_WAIT_TIMEOUT_MS } from './runner.ts';
import { everyStep, type Step } from './step.ts';

/** How long a script takes where nothing is late, in milliseconds. */
export interface Estimate {
  /** Everything that is waited for is there at once, and of two branches the shorter one is taken. */
  readonly leastMs: number;
  /** Every wait takes all of its time, and of two branches the longer one is taken. */
  readonly mostMs: number;
  /** Whether a goto leads back: then there is no most. */
  readonly loops: boolean;
}

export interface EstimateOptions extends KeyTiming {
  readonly waitTimeoutMs?: number | undefined;
}

/** Between two events of a pointer, and what a click takes. */
const CLICK_MS = 100;
const MOVE_MS = 16;

/** @throws UsageError `BAD_KEY` for a step that the layout cannot type */
export function estimate(steps: readonly Step[], options: EstimateOptions = {}): Estimate {
  assertTypable(steps, options);
  const [leastMs, mostMs] = sum(steps, options);
  return { leastMs: Math.round(leastMs), mostMs: Math.round(mostMs), loops: loops(steps) };
}

type Range = readonly [leastMs: number, mostMs: number];

function sum(steps: readonly Step[], options: EstimateOptions): Range {
  let [least, most] = [0, 0];
  for (const step of steps) {
    const [stepLeast, stepMost] = rangeOf(step, options);
    least += stepLeast;
    most += stepMost;
  }
  return [least, most];
}

function rangeOf(step: Step, options: EstimateOptions): Range {
  const { waitTimeoutMs = DEFAULT_WAIT_TIMEOUT_MS, layout } = options;
  switch (step.action) {
    case 'type':
      return exactly(typingMs(step.text, typeOptions(options)));
    case 'press': {
      const { times = 1, everyMs, holdMs, until, forMs = waitTimeoutMs } = step;
      if (until) return [0, forMs + Math.min(everyMs ?? DEFAULT_EVERY_MS, forMs)];
      const restMs = everyMs === undefined ? times * restAfterPressMs(step, options) : 0;
      return exactly(pressingMs([step.chord], { repeat: times, everyMs, holdMs, layout }) + restMs);
    }
    case 'down':
    case 'up':
      return exactly(pressingMs([step.chord], { layout }) / 2);
    case 'pause':
      return exactly(step.ms);
    case 'wait': {
      const quietMs = step.condition.is === 'stable' ? step.condition.quietMs : 0;
      return [quietMs, Math.max(quietMs, step.timeoutMs ?? waitTimeoutMs)];
    }
    case 'click': {
      const clickMs = (step.count ?? 1) * CLICK_MS;
      const seen = step.at && 'is' in step.at;
      return [clickMs, clickMs + (seen ? (step.timeoutMs ?? waitTimeoutMs) : 0)];
    }
    case 'move':
      return exactly(step.durationMs ?? MOVE_MS);
    case 'if': {
      const [least, most] = sum(step.steps, options);
      const [otherLeast, otherMost] = sum(step.otherwise, options);
      return [Math.min(least, otherLeast), (step.withinMs ?? 0) + Math.max(most, otherMost)];
    }
    default:
      return exactly(0);
  }
}

function exactly(ms: number): Range {
  return [ms, ms];
}

/** A label in front of a goto to it. */
function loops(steps: readonly Step[]): boolean {
  const passed = new Set<string>();
  for (const step of everyStep(steps)) {
    if (step.action === 'label') passed.add(step.label);
    if (step.action === 'goto' && passed.has(step.label)) return true;
  }
  return false;
}
