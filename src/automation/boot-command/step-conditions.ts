import { UsageError } from '../../rfb/errors.ts';
import { readImage } from '../matching/image-files.ts';
import type { Needle } from '../matching/needle.ts';
import type { Picture } from '../picture.ts';
import { not } from '../waiting/combined.ts';
import type { Condition } from '../waiting/condition.ts';
import { imageShown } from '../waiting/image-shown.ts';
import { changed, nonBlank, stable } from '../waiting/screen-conditions.ts';
import { textShown } from '../waiting/text-shown.ts';
import { ScriptError } from './script-source.ts';
import { conditionsOf, everyStep, type Step, type StepCondition } from './step.ts';

type ImageCondition = Extract<StepCondition, { readonly is: 'image' }>;

/** Makes what steps name into conditions of a wait, with each picture read once. */
export class StepConditions {
  readonly #images: ReadonlyMap<string, Picture | Needle>;

  private constructor(images: ReadonlyMap<string, Picture | Needle>) {
    this.#images = images;
  }

  /** Reads every picture that the steps name. @throws UsageError `BAD_SCRIPT` with the place of the step */
  static async of(steps: readonly Step[]): Promise<StepConditions> {
    const images = new Map<string, Picture | Needle>();
    for (const step of everyStep(steps)) {
      for (const { file } of conditionsOf(step).flatMap(imagesOf)) {
        if (!images.has(file)) images.set(file, await readImageOf(step, file));
      }
    }
    return new StepConditions(images);
  }

  /** For one wait. */
  make(condition: StepCondition): Condition {
    switch (condition.is) {
      case 'text':
        return textShown(condition.pattern);
      case 'image':
        return this.#imageShown(condition);
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

  #imageShown({ file, fuzz, at }: ImageCondition): Condition {
    const image = this.#images.get(file);
    if (!image) throw new UsageError('BAD_IMAGE', `${file} was not read`);
    const { width, height } = 'rgba' in image ? image : image.picture;
    const region = at && { x: at.x, y: at.y, width, height };
    return imageShown(image, { name: file, fuzz, region, mayGrow: true });
  }
}

function imagesOf(condition: StepCondition): readonly ImageCondition[] {
  if (condition.is === 'not') return imagesOf(condition.condition);
  return condition.is === 'image' ? [condition] : [];
}

async function readImageOf({ place, source }: Step, file: string): Promise<Picture | Needle> {
  try {
    return await readImage(file);
  } catch (error) {
    throw error instanceof UsageError ? new ScriptError(place, `${source}: ${error.message}`) : error;
  }
}
