import { TextReader } from '../text/text-reader.ts';
import { not } from '../waiting/combined.ts';
import type { Condition } from '../waiting/condition.ts';
import { changed, nonBlank, stable } from '../waiting/screen-conditions.ts';
import { textShown } from '../waiting/text-shown.ts';
import type { StepCondition } from './step.ts';

/** Makes what steps name into conditions of a wait, with one reader of text for all of them. */
export class StepConditions {
  readonly #reader = new TextReader();

  /** For one wait. */
  make(condition: StepCondition): Condition {
    switch (condition.is) {
      case 'text':
        return textShown(condition.pattern, { reader: this.#reader });
      case 'image':
        throw new Error('TODO');
      case 'stable':
        return stable(condition.quietMs, condition.region);
      case 'change':
        return changed();
      case 'non-blank':
        return nonBlank();
      case 'not':
        return not(this.make(condition.condition));
    }
  }
}
