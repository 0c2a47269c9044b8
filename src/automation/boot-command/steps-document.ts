import { UsageError } from '../../rfb/errors.ts';
import { imageFormatOf } from '../image-file.ts';
import { parseChord } from '../key-chord.ts';
import { type Button, buttonNames, type Point } from '../pointer.ts';
import { keysOfText } from '../typing-plan.ts';
import { patternOf } from '../waiting/pattern.ts';
import { checkLabels, parseSource } from './parser.ts';
import { LineStarts, ScriptError, ScriptSource } from './script-source.ts';
import type { Repetition, Step, StepAction, StepCondition, StepTarget } from './step.ts';
import { type ScriptVariables, Variables } from './variables.ts';
import type { YamlFile, YamlValue } from './yaml-fields.ts';

export interface StepsDocumentOptions {
  /** What `${name}` and `{{ .name }}` stand for. */
  readonly variables?: ScriptVariables | undefined;
  /** Of the file, for messages. */
  readonly name?: string | undefined;
}

/**
 * Parses steps as YAML or JSON (docs/schema/steps.schema.json): a list of boot commands and of mappings, each of which does
 * one thing.
 * @throws UsageError `BAD_SCRIPT` with line and column
 */
export async function parseStepsDocument(text: string, options: StepsDocumentOptions = {}): Promise<readonly Step[]> {
  const { name, variables = {} } = options;
  return readStepsDocument(text, name, { variables: Variables.of(variables) });
}

/** `options` are for the boot commands in it. */
export async function readStepsDocument(
  text: string,
  name: string | undefined,
  options: BootTextOptions,
): Promise<readonly Step[]> {
  const { file, root } = await readYaml(text, name);
  const list = root.isList ? root : root.fields(['steps']).get('steps');
  if (!list) throw root.error('steps is missing');
  const steps = new StepsReader(file, options).steps(list);
  checkLabels(steps);
  return steps;
}

/** @throws UsageError `BAD_SCRIPT` with line and column */
export async function readYaml(
  text: string,
  name: string | undefined,
): Promise<{ readonly file: YamlFile; readonly root: YamlValue }> {
  // Only for its limit of length.
  new ScriptSource(text, { name });
  const [{ parseDocument }, { YamlValue }] = await Promise.all([import('yaml'), import('./yaml-fields.ts')]);
  const lines = new LineStarts(text);
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error) throw new ScriptError(lines.placeAt(error.pos[0], name), `no YAML: ${error.message}`);
  const file = { text, name, lines };
  return { file, root: new YamlValue(file, document.contents, '') };
}

export interface BootTextOptions {
  readonly variables: Variables;
  /** Told of each character that is text. */
  readonly onLiteral?: (source: ScriptSource, character: string, index: number) => void;
}

/** Fields that say what a step does, and the others that go with each. */
const ACTIONS = {
  boot: [],
  type: [],
  press: ['times', 'every', 'hold', 'until', 'for'],
  pause: [],
  wait: ['timeout'],
  screenshot: [],
  click: ['button', 'count', 'timeout'],
  move: [],
  paste: [],
  if: ['within', 'steps', 'else'],
  label: [],
  goto: [],
  fail: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Action = keyof typeof ACTIONS;
type Field = Action | (typeof ACTIONS)[Action][number];

const actions = Object.keys(ACTIONS) as Action[];
const fieldNames: readonly Field[] = [...new Set<Field>([...actions, ...Object.values(ACTIONS).flat()])];
const CONDITIONS = ['text', 'image', 'stable', 'change', 'non-blank', 'not'] as const;

type Fields = ReadonlyMap<Field, YamlValue>;

/** Reads steps and conditions of a document. */
export class StepsReader {
  readonly #file: YamlFile;
  readonly #options: BootTextOptions;

  constructor(file: YamlFile, options: BootTextOptions) {
    this.#file = file;
    this.#options = options;
  }

  steps(list: YamlValue): Step[] {
    return list.list().flatMap((item) => (item.isText ? this.#boot(item) : this.#mapping(item)));
  }

  #boot(value: YamlValue): readonly Step[] {
    const text = value.text();
    // Plain and simply quoted texts stand in the file as they are; others are placed where they begin.
    const inside = value.written.indexOf(text);
    const offset = (i: number) => value.offset + (inside < 0 ? 0 : inside + i);
    const offsets = Array.from({ length: text.length + 1 }, (_, i) => offset(i));
    const source = new ScriptSource(this.#file.text, { name: this.#file.name, items: { text, offsets } });
    const { variables, onLiteral } = this.#options;
    return parseSource(source, {
      variables,
      labels: 'unchecked',
      ...(onLiteral && { onLiteral: (character, index) => onLiteral(source, character, index) }),
    });
  }

  #mapping(item: YamlValue): readonly Step[] {
    const fields = item.fields(fieldNames);
    const named = actions.filter((action) => fields.has(action));
    const [action] = named;
    if (action === undefined) throw item.error(`wanted one of ${actions.join(', ')}`);
    if (named.length > 1) throw item.error(`${named.join(' and ')} are two steps`);
    const allowed: readonly string[] = [action, ...ACTIONS[action]];
    for (const [field, value] of fields) {
      if (!allowed.includes(field)) throw value.error(`does not go with ${action}`);
    }
    const value = fields.get(action);
    if (!value) throw item.error(`${action} is missing`);
    if (action === 'boot') return this.#boot(value);
    const { place } = item;
    return [{ ...this.#action(action, value, fields), place, source: shown(action, value) }];
  }

  #action(action: Exclude<Action, 'boot'>, value: YamlValue, fields: Fields): StepAction {
    switch (action) {
      case 'type': {
        const { text, secrets } = this.#expanded(value);
        checked(value, () => keysOfText(text));
        return { action, text, secrets };
      }
      case 'press': {
        const chord = this.#text(value);
        checked(value, () => parseChord(chord));
        return { action, chord, ...this.#repetition(fields) };
      }
      case 'pause': {
        const ms = value.duration();
        if (ms === 0) throw value.error('a pause must be longer than 0');
        return { action, ms };
      }
      case 'wait':
        return { action, condition: this.condition(value), ...optionalMs('timeoutMs', fields.get('timeout')) };
      case 'screenshot': {
        const file = this.#text(value);
        checked(value, () => imageFormatOf(file));
        return { action, file };
      }
      case 'click':
        return {
          action,
          at: value.isText ? this.#point(value) : this.#target(value),
          ...this.#buttonOf(fields.get('button')),
          ...(fields.has('count') && { count: fields.get('count')?.count() ?? 1 }),
          ...optionalMs('timeoutMs', fields.get('timeout')),
        };
      case 'move':
        return { action, to: this.#point(value) };
      case 'if': {
        const steps = fields.get('steps');
        if (!steps) throw value.error('steps is missing');
        const otherwise = fields.get('else');
        return {
          action,
          condition: this.condition(value),
          ...optionalMs('withinMs', fields.get('within')),
          steps: this.steps(steps),
          otherwise: otherwise ? this.steps(otherwise) : [],
        };
      }
      case 'paste':
        return { action, text: this.#text(value) };
      case 'label':
      case 'goto':
        return { action, label: this.#text(value) };
      case 'fail':
        return { action, message: this.#text(value) };
    }
  }

  #repetition(fields: Fields): Repetition {
    const [times, until] = [fields.get('times'), fields.get('until')];
    for (const field of ['every', 'for'] as const) {
      if (!until && (field === 'for' || !times) && fields.has(field)) {
        throw fields.get(field)?.error(field === 'for' ? 'needs until' : 'needs times or until') ?? new Error(field);
      }
    }
    return {
      ...(times && { times: times.count() }),
      ...optionalMs('everyMs', fields.get('every')),
      ...optionalMs('holdMs', fields.get('hold')),
      ...(until && { until: this.condition(until) }),
      ...optionalMs('forMs', fields.get('for')),
    };
  }

  /** One of those that a wait takes. */
  condition(value: YamlValue): StepCondition {
    const fields = value.fields(CONDITIONS);
    const [[is, field] = [], another] = [...fields];
    if (is === undefined || !field || another) throw value.error(`wanted one of ${CONDITIONS.join(', ')}`);
    switch (is) {
      case 'text': {
        const text = this.#text(field);
        return { is, pattern: checked(field, () => patternOf(text)) };
      }
      case 'image':
        return { is, file: this.#text(field) };
      case 'stable':
        return { is, quietMs: field.duration() };
      case 'not':
        return { is, condition: this.condition(field) };
      default:
        field.true();
        return { is };
    }
  }

  #target(value: YamlValue): StepTarget {
    const condition = this.condition(value);
    if (condition.is === 'text' || condition.is === 'image') return condition;
    throw value.error('wanted "X,Y", text or image');
  }

  #point(value: YamlValue): Point {
    const [, x, y] = /^(\d{1,5}),(\d{1,5})$/.exec(this.#text(value)) ?? [];
    if (x === undefined || y === undefined) throw value.error('wanted a position such as "10,20"');
    return { x: Number(x), y: Number(y) };
  }

  #buttonOf(value: YamlValue | undefined): { readonly button?: Button } {
    if (!value) return {};
    const name = this.#text(value);
    const button = buttonNames.find((one) => one === name);
    if (button === undefined) throw value.error(`wanted one of ${buttonNames.join(', ')}`);
    return { button };
  }

  #text(value: YamlValue): string {
    const { text, secrets } = this.#expanded(value);
    if (secrets.length > 0) throw value.error('a secret can be typed, nothing else');
    if (text === '') throw value.error('is empty');
    return text;
  }

  #expanded(value: YamlValue): { readonly text: string; readonly secrets: readonly string[] } {
    return this.#options.variables.expand(value.text(), (problem) => {
      throw value.error(problem);
    });
  }
}

function shown(action: Action, value: YamlValue): string {
  const written = value.written.split('\n', 1)[0] ?? '';
  return `${action}: ${written.length > 60 ? `${written.slice(0, 60)}…` : written.trimEnd()}`;
}

export function optionalMs<N extends string>(name: N, value: YamlValue | undefined): { readonly [K in N]?: number } {
  return value ? ({ [name]: value.duration() } as { readonly [K in N]?: number }) : {};
}

/** Errors that do not know the document get their place in it. */
function checked<T>(value: YamlValue, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError && !(error instanceof ScriptError)) throw value.error(error.message);
    throw error;
  }
}
