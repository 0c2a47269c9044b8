import type { Command } from 'commander';
import type { Console } from '../automation/console.ts';
import { middleOf } from '../automation/console-screen.ts';
import type { Point } from '../automation/pointer.ts';
import type { Condition } from '../automation/waiting/condition.ts';
import { patternOf } from '../automation/waiting/pattern.ts';
import { textShown } from '../automation/waiting/text-shown.ts';
import { ActionError } from '../rfb/errors.ts';
import { badOption, parsePoint, parseRegion } from './arguments.ts';
import { addImageOptions, type ImageFlags, imageConditions } from './image-options.ts';
import { addTextOptions, type TextFlags } from './text-options.ts';

export interface SpotFlags extends ImageFlags, TextFlags {
  readonly image?: string;
  readonly tag?: string;
  readonly text?: string;
  readonly offset?: Point;
}

/** A place of the screen that the command line names. */
export interface Spot {
  /** For messages: `100,200`, `text "OK"`. */
  readonly name: string;
  /** Waits until it is to be seen, if it is something that is. */
  locate(console: Console, signal: AbortSignal): Promise<Point>;
}

/** The options that name a place by what is there, instead of X,Y. */
export function addSpotOptions(command: Command): Command {
  command
    .option('--image <file>', 'where this picture (PNG), or openQA needle (JSON), is, once it is there')
    .option('--tag <tag>', 'where a needle with this tag is')
    .option('--text <text>', 'where this text stands; /…/ is a regular expression')
    .option(
      '--offset <X,Y>',
      'so far from its upper left corner (default: in its middle, or where the needle says)',
      parsePoint,
    )
    .option('--region <X,Y,WxH>', 'only this part of the screen counts', parseRegion);
  return addTextOptions(addImageOptions(command));
}

/** @throws UsageError `BAD_OPTION` unless there is one place, `BAD_IMAGE` */
export async function spotOf(position: string | undefined, flags: SpotFlags): Promise<Spot> {
  const { image, tag, text, offset, region } = flags;
  const given = [position, image, tag, text].filter((value) => value !== undefined);
  if (given.length === 0) throw badOption('where? Give X,Y, --image, --tag or --text');
  if (given.length > 1) throw badOption('one place, please: X,Y, --image, --tag and --text exclude each other');
  if (position !== undefined) {
    if (offset ?? region) throw badOption('--offset and --region are for --image, --tag and --text, not for X,Y');
    await imageConditions([], flags);
    const { x, y } = parsePoint(position);
    return { name: `${x},${y}`, locate: async () => ({ x, y }) };
  }
  const names = image !== undefined ? [{ file: image }] : tag !== undefined ? [{ tag }] : [];
  const [shown] = await imageConditions(names, flags);
  const condition = shown ?? textShown(patternOf(text ?? ''), { region });
  return { name: condition.name, locate: (console, signal) => locate(console, condition, offset, signal) };
}

async function locate(
  console: Console,
  condition: Condition,
  offset: Point | undefined,
  signal: AbortSignal,
): Promise<Point> {
  const { verdict } = await console.screen.waitFor(condition, { signal, timeoutMs: Number.POSITIVE_INFINITY });
  const { place, click } = verdict;
  if (!place) throw new ActionError('ACTION_FAILED', `${condition.name} is on the screen, but has no place there`);
  return offset ? { x: place.x + offset.x, y: place.y + offset.y } : (click ?? middleOf(place));
}
