import type { Rect } from '../../rfb/protocol/rect.ts';
import type { Button, Point } from '../pointer.ts';

/** In a script: both count from 1; columns are UTF-16 units, as editors count. */
export interface Place {
  /** Absent for a script that is no file. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** What is waited for, looked at or clicked on. */
export type StepCondition =
  | { readonly is: 'text'; readonly pattern: string | RegExp }
  | { readonly is: 'image'; readonly file: string; readonly fuzz?: number; readonly at?: Point }
  | { readonly is: 'stable'; readonly quietMs: number; readonly region?: Rect }
  | { readonly is: 'change' }
  | { readonly is: 'non-blank' }
  | { readonly is: 'not'; readonly condition: StepCondition };

/** Something that is on the screen at a place. */
export type StepTarget = Extract<StepCondition, { readonly is: 'text' | 'image' }>;

/** How often keys are pressed. */
export interface Repetition {
  /** Default 1; without end when `until` is there. */
  readonly times?: number;
  /** From one start to the next. */
  readonly everyMs?: number;
  readonly holdMs?: number;
  /** After each press it is waited for; when it holds, the step is done. */
  readonly until?: StepCondition;
  /** For `until`; default the runner's time limit of a wait. */
  readonly forMs?: number;
}

export type StepAction =
  | { readonly action: 'type'; readonly text: string; readonly secrets: readonly string[] }
  | ({ readonly action: 'press'; readonly chord: string } & Repetition)
  | { readonly action: 'down' | 'up'; readonly chord: string }
  | { readonly action: 'pause'; readonly ms: number }
  | { readonly action: 'wait'; readonly condition: StepCondition; readonly timeoutMs?: number }
  | { readonly action: 'screenshot'; readonly file: string; readonly region?: Rect }
  | {
      readonly action: 'click';
      /** Absent: where the pointer is. */
      readonly at?: Point | StepTarget;
      readonly button?: Button;
      readonly count?: number;
      /** For a text or picture to appear. */
      readonly timeoutMs?: number;
    }
  | { readonly action: 'move'; readonly to: Point; readonly durationMs?: number }
  | { readonly action: 'button-down' | 'button-up'; readonly button: Button }
  | { readonly action: 'paste'; readonly text: string }
  | { readonly action: 'resize'; readonly width: number; readonly height: number }
  | {
      readonly action: 'if';
      readonly condition: StepCondition;
      /** How long it may take to hold; default: it is looked at once. */
      readonly withinMs?: number;
      readonly steps: readonly Step[];
      /** When it does not hold. */
      readonly otherwise: readonly Step[];
    }
  | { readonly action: 'label' | 'goto'; readonly label: string }
  | { readonly action: 'fail'; readonly message: string };

/** One thing to do, and where the script says so. */
export type Step = StepAction & {
  readonly place: Place;
  /** As the script has it: variables are names, whatever they stand for. */
  readonly source: string;
};

/** Every step in the order of the script, those of branches too. */
export function* everyStep(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    if (step.action !== 'if') continue;
    yield* everyStep(step.steps);
    yield* everyStep(step.otherwise);
  }
}

/** The conditions of a step. */
export function conditionsOf(step: Step): readonly StepCondition[] {
  switch (step.action) {
    case 'wait':
    case 'if':
      return [step.condition];
    case 'press':
      return step.until ? [step.until] : [];
    case 'click':
      return step.at && 'is' in step.at ? [step.at] : [];
    default:
      return [];
  }
}
