import type { Command } from 'commander';
import { all, any, not } from '../automation/waiting/combined.ts';
import type { Condition } from '../automation/waiting/condition.ts';
import { changed, nonBlank, stable } from '../automation/waiting/screen-conditions.ts';
import { textShown } from '../automation/waiting/text-shown.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { badOption, parseDuration, parseRegion } from './arguments.ts';

/** Exit codes 50 to 59 say which alternative it was. */
const MAX_ALTERNATIVES = 10;

export interface ConditionFlags {
  readonly any?: boolean;
  readonly all?: boolean;
  readonly region?: Rect;
}

type MakeCondition = (region: Rect | undefined) => Condition;

/** The options that say what is waited for. Their order on the command line is the order of the conditions. */
export class ConditionOptions {
  readonly #made: MakeCondition[] = [];
  #negateNext = false;

  addTo(command: Command): Command {
    const condition = (make: MakeCondition) => {
      this.#made.push(this.#negateNext ? (region) => not(make(region)) : make);
      this.#negateNext = false;
    };
    return command
      .option('--text <text>', 'this text stands on the screen; /…/ is a regular expression', (text) => {
        const pattern = parsePattern(text);
        condition((region) => textShown(pattern, { region }));
      })
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
  }

  /** What the options say together. @throws UsageError `BAD_OPTION` */
  condition({ any: anyOf, all: allOf, region }: ConditionFlags): Condition {
    if (this.#negateNext) throw badOption('--not stands before a condition, and none follows');
    if (anyOf && allOf) throw badOption('--any and --all exclude each other');
    const conditions = this.#made.map((make) => make(region));
    const [only] = conditions;
    if (!only) throw badOption('nothing to wait for: give --text, --stable, --change or --non-blank');
    if (!anyOf) return conditions.length === 1 ? only : all(conditions);
    if (conditions.length > MAX_ALTERNATIVES) {
      throw badOption(`--any with ${conditions.length} conditions: exit codes tell only ${MAX_ALTERNATIVES} apart`);
    }
    return any(conditions);
  }
}

/** `/…/flags` is a regular expression, anything else the text itself. @throws UsageError `BAD_OPTION` */
export function parsePattern(text: string): string | RegExp {
  if (text === '') throw badOption('the text is empty');
  const [, source, flags = ''] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  if (source === undefined) return text;
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw badOption(`no regular expression: ${(error as Error).message.replace(/^Invalid regular expression: /, '')}`);
  }
}
