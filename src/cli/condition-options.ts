import type { Command } from 'commander';
import { all, any, not } from '../automation/waiting/combined.ts';
import type { Condition } from '../automation/waiting/condition.ts';
import { patternOf } from '../automation/waiting/pattern.ts';
import { changed, nonBlank, stable } from '../automation/waiting/screen-conditions.ts';
import { textShown } from '../automation/waiting/text-shown.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { badOption, parseDuration, parseRegion } from './arguments.ts';
import { addImageOptions, type ImageFlags, type ImageName, imageConditions } from './image-options.ts';
import { addTextOptions, type TextFlags } from './text-options.ts';

/** Exit codes 50 to 59 say which alternative it was. */
const MAX_ALTERNATIVES = 10;

export interface ConditionFlags extends ImageFlags, TextFlags {
  readonly any?: boolean;
  readonly all?: boolean;
}

type MakeCondition = (region: Rect | undefined) => Condition;

/** A condition of the command line: an image is read only when all of it is known to make sense. */
interface Given {
  readonly negated: boolean;
  readonly what: MakeCondition | ImageName;
}

/** The options that say what is waited for. Their order on the command line is the order of the conditions. */
export class ConditionOptions {
  readonly #given: Given[] = [];
  #negateNext = false;

  addTo(command: Command): Command {
    const condition = (what: Given['what']) => {
      this.#given.push({ negated: this.#negateNext, what });
      this.#negateNext = false;
    };
    command
      .option('--text <text>', 'this text stands on the screen; /…/ is a regular expression', (text) => {
        const pattern = patternOf(text);
        condition((region) => textShown(pattern, { region }));
      })
      .option('--image <file>', 'this picture (PNG), or openQA needle (JSON), is on the screen', (file) =>
        condition({ file }),
      )
      .option('--tag <tag>', 'a needle with this tag is on the screen', (tag) => condition({ tag }))
      .option('--stable <duration>', 'nothing has changed for so long', (text) => {
        const quietMs = parseDuration(text);
        condition((region) => stable(quietMs, region));
      })
      .option('--change', 'something has changed since the command began')
      .option('--non-blank', 'the screen is not all of one colour')
      .option('--not', 'the next condition is to be false')
      .option('--any', 'one of the conditions is enough: exit code 50 for the first of them, 51 for the second …')
      .option('--all', 'all of the conditions at the same time (the default)')
      .option('--region <X,Y,WxH>', 'only this part of the screen counts', parseRegion)
      .on('option:change', () => condition((region) => changed(region)))
      .on('option:non-blank', () => condition((region) => nonBlank(region)))
      .on('option:not', () => {
        this.#negateNext = !this.#negateNext;
      });
    return addTextOptions(addImageOptions(command));
  }

  /** What the options say together. @throws UsageError `BAD_OPTION`, `BAD_IMAGE` */
  async condition(flags: ConditionFlags): Promise<Condition> {
    const { any: anyOf, all: allOf } = flags;
    if (this.#negateNext) throw badOption('--not stands before a condition, and none follows');
    if (anyOf && allOf) throw badOption('--any and --all exclude each other');
    const { length } = this.#given;
    if (length === 0) throw badOption('nothing to wait for: give --text, --image, --stable, --change or --non-blank');
    if (anyOf && length > MAX_ALTERNATIVES) {
      throw badOption(`--any with ${length} conditions: exit codes tell only ${MAX_ALTERNATIVES} apart`);
    }
    const conditions = await this.#make(flags);
    const [only] = conditions;
    if (anyOf) return any(conditions);
    return only && length === 1 ? only : all(conditions);
  }

  async #make(flags: ConditionFlags): Promise<Condition[]> {
    const names = this.#given.flatMap(({ what }) => (typeof what === 'function' ? [] : [what]));
    const images = (await imageConditions(names, flags)).values();
    return this.#given.flatMap(({ negated, what }) => {
      const condition = typeof what === 'function' ? what(flags.region) : images.next().value;
      if (!condition) return [];
      return [negated ? not(condition) : condition];
    });
  }
}
