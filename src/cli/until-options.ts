import type { Command } from 'commander';
import { readImage } from '../automation/matching/image-files.ts';
import { not } from '../automation/waiting/combined.ts';
import type { Condition } from '../automation/waiting/condition.ts';
import { imageShown } from '../automation/waiting/image-shown.ts';
import { patternOf } from '../automation/waiting/pattern.ts';
import { changed } from '../automation/waiting/screen-conditions.ts';
import { textShown } from '../automation/waiting/text-shown.ts';
import { badOption } from './arguments.ts';

export interface UntilFlags {
  readonly untilChange?: boolean;
  readonly untilText?: string | RegExp;
  readonly untilGone?: string | RegExp;
  readonly untilImage?: string;
}

/** The options that say when something has been pressed often enough. */
export function addUntilOptions(command: Command): Command {
  return command
    .option('--until-text <text>', 'press until this text stands on the screen; /…/ is a regular expression', patternOf)
    .option('--until-gone <text>', 'press until this text stands there no longer', patternOf)
    .option('--until-image <file>', 'press until this picture (PNG), or openQA needle (JSON), is on the screen')
    .option('--until-change', 'press until something has changed');
}

/** Undefined where there is none. @throws UsageError `BAD_OPTION` for more than one, `BAD_IMAGE` */
export async function untilCondition(flags: UntilFlags): Promise<Condition | undefined> {
  const { untilChange, untilText, untilGone, untilImage } = flags;
  const given = [
    ...(untilText === undefined ? [] : [textShown(untilText)]),
    ...(untilGone === undefined ? [] : [not(textShown(untilGone))]),
    ...(untilImage === undefined ? [] : [imageShown(await readImage(untilImage), { name: untilImage, mayGrow: true })]),
    ...(untilChange ? [changed()] : []),
  ];
  if (given.length > 1) {
    throw badOption('--until-text, --until-gone, --until-image and --until-change exclude each other');
  }
  return given[0];
}
