import type { Step } from './step.ts';

type IfStep = Extract<Step, { readonly action: 'if' }>;
type LinearStep = Exclude<Step, { readonly action: 'if' | 'label' | 'goto' }>;

export type Instruction =
  | { readonly does: 'step'; readonly step: LinearStep }
  /** Goes on at `to` when the condition does not hold. */
  | { readonly does: 'test'; readonly step: IfStep; readonly to: number }
  | { readonly does: 'jump'; readonly step: Step; readonly to: number };

/** Steps as one list of instructions: branches and labels are places in it. Every goto has its label. */
export function programOf(steps: readonly Step[]): readonly Instruction[] {
  const instructions: Unlinked[] = [];
  const labels = new Map<string, number>();
  const add = (step: Step): void => {
    switch (step.action) {
      case 'label':
        labels.set(step.label, instructions.length);
        break;
      case 'goto':
        instructions.push({ does: 'jump', step, to: () => labels.get(step.label) ?? 0 });
        break;
      case 'if': {
        const ends = { steps: 0, all: 0 };
        instructions.push({ does: 'test', step, to: () => ends.steps });
        step.steps.forEach(add);
        if (step.otherwise.length > 0) instructions.push({ does: 'jump', step, to: () => ends.all });
        ends.steps = instructions.length;
        step.otherwise.forEach(add);
        ends.all = instructions.length;
        break;
      }
      default:
        instructions.push({ does: 'step', step });
    }
  };
  steps.forEach(add);
  return instructions.map((instruction) =>
    instruction.does === 'step' ? instruction : { ...instruction, to: instruction.to() },
  );
}

/** What an instruction goes on at is known when all of them are there. */
type Unlinked =
  | Extract<Instruction, { readonly does: 'step' }>
  | { readonly does: 'test'; readonly step: IfStep; readonly to: () => number }
  | { readonly does: 'jump'; readonly step: Step; readonly to: () => number };
