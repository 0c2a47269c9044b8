import { UsageError } from '../../rfb/errors.ts';
import { modifierKeysym } from '../../rfb/keysyms.ts';
import { imageFormatOf } from '../image-file.ts';
import { parseChord } from '../key-chord.ts';
import { findKey } from '../key-names.ts';
import { buttonNames } from '../pointer.ts';
import type { DirectiveArguments } from './directive-arguments.ts';
import { matchAt, packerKeys } from './packer-tags.ts';
import type { Repetition, StepAction, StepCondition, StepTarget } from './step.ts';

/** What a tag of this project's says; `if`, `else` and `endif` are about the steps between them. */
export type Directive =
  | StepAction
  | { readonly action: 'begin-if'; readonly condition: StepCondition; readonly withinMs?: number }
  | { readonly action: 'else' }
  | { readonly action: 'endif' };

type ReadDirective = (args: DirectiveArguments) => Directive;

/** By name; those that take nothing are tags without anything behind it. */
const directives: Readonly<Record<string, ReadDirective>> = {
  'wait-text': (args) =>
    wait(
      args,
      negated(args, () => args.textCondition()),
    ),
  'wait-image': (args) =>
    wait(
      args,
      negated(args, () => args.image()),
    ),
  'wait-stable': (args) => wait(args, { is: 'stable', quietMs: args.duration('how long nothing changes') }),
  'wait-change': (args) => wait(args, { is: 'change' }),
  'wait-non-blank': (args) => wait(args, { is: 'non-blank' }),
  screenshot(args) {
    const file = args.text('the picture’s file');
    imageFormatOf(file);
    return { action: 'screenshot', file };
  },
  click(args) {
    const count = args.takes('double') ? 2 : 1;
    const button = buttonNames.find((name) => args.takes(name));
    const at = args.optionalPoint() ?? target(args);
    const timeoutMs = 'is' in at ? args.optionalDuration() : undefined;
    return {
      action: 'click',
      at,
      ...(count > 1 && { count }),
      ...(button !== undefined && { button }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    };
  },
  move(args) {
    const to = args.optionalPoint();
    if (!to) throw args.error('wanted a position such as 10,20');
    return { action: 'move', to };
  },
  press(args) {
    const [, name = '', times] = /^(.+?)(?:\*(\d{1,4}))?$/s.exec(args.text('the key')) ?? [];
    return press(args, name, times);
  },
  if(args) {
    const condition = args.condition();
    const withinMs = args.optionalDuration();
    return { action: 'begin-if', condition, ...(withinMs !== undefined && { withinMs }) };
  },
  else: () => ({ action: 'else' }),
  endif: () => ({ action: 'endif' }),
  label: (args) => ({ action: 'label', label: args.text('the name') }),
  goto: (args) => ({ action: 'goto', label: args.text('the name') }),
  fail: (args) => ({ action: 'fail', message: args.text('the message') }),
};

const TAKE_NOTHING = new Set(['wait-change', 'wait-non-blank', 'else', 'endif']);

/** Every directive's name. */
export const directiveNames: readonly string[] = Object.keys(directives);

const NAMED = /<([a-z]+(?:-[a-z]+)*)(?=([\s>]))/y;
const KEY = /<([^\s<>"'*]+)(?:\*(\d{1,4}))?(?=>|\s+(?:until|every|hold)\s)/y;

/** The beginning of a tag that packer does not have. */
export interface DirectiveStart {
  /** Up to what stands behind its name. */
  readonly length: number;
  read(args: DirectiveArguments): Directive;
}

/** The tag of this project's that begins at `index`, if one does: what is none of them is text. */
export function directiveAt(text: string, index: number): DirectiveStart | undefined {
  const [named, name = '', next] = matchAt(NAMED, text, index) ?? [];
  const read = Object.hasOwn(directives, name) ? directives[name] : undefined;
  if (named !== undefined && read && (next !== '>' || TAKE_NOTHING.has(name))) return { length: named.length, read };
  const [tag, key = '', times] = matchAt(KEY, text, index) ?? [];
  if (tag === undefined || !(packerKeys.has(key.toLowerCase()) || beginsWithModifier(key))) return undefined;
  return { length: tag.length, read: (args) => press(args, packerKeys.get(key.toLowerCase()) ?? key, times) };
}

/** `ctrl+…`: a chord, or meant to be one. */
function beginsWithModifier(key: string): boolean {
  const [, first = ''] = /^([^+]{2,})\+/.exec(key) ?? [];
  return modifierKeysym(findKey(first)?.keysym ?? 0);
}

function press(args: DirectiveArguments, chord: string, times: string | undefined): StepAction {
  try {
    parseChord(chord);
  } catch (error) {
    throw error instanceof UsageError ? args.error(error.message) : error;
  }
  const count = times === undefined ? undefined : Number(times);
  if (count === 0) throw args.error('0 times is no press');
  return { action: 'press', chord, ...(count !== undefined && { times: count }), ...repetition(args, count) };
}

/** `hold 1s`, `every 1s`, `until "text" for 30s`, in this order. */
function repetition(args: DirectiveArguments, times: number | undefined): Repetition {
  const holdMs = args.takes('hold') ? args.duration('how long it is held') : undefined;
  const until = args.takes('until') ? args.condition() : undefined;
  const everyMs = args.takes('every') ? args.duration('how often') : undefined;
  if (everyMs !== undefined && !until && times === undefined) throw args.error('every needs *COUNT or until');
  const forMs = until && args.takes('for') ? args.duration('how long') : undefined;
  return {
    ...(holdMs !== undefined && { holdMs }),
    ...(until && { until }),
    ...(everyMs !== undefined && { everyMs }),
    ...(forMs !== undefined && { forMs }),
  };
}

function wait(args: DirectiveArguments, condition: StepCondition): StepAction {
  const timeoutMs = args.optionalDuration();
  return { action: 'wait', condition, ...(timeoutMs !== undefined && { timeoutMs }) };
}

function negated(args: DirectiveArguments, read: () => StepCondition): StepCondition {
  return args.takes('not') ? { is: 'not', condition: read() } : read();
}

function target(args: DirectiveArguments): StepTarget {
  if (args.takes('image')) return args.image();
  const pattern = args.optionalPattern();
  if (pattern === undefined) throw args.error('wanted a position such as 10,20, "text", /expression/ or image FILE');
  return { is: 'text', pattern };
}
