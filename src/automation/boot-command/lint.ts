import { UsageError } from '../../rfb/errors.ts';
import { accidentalTag } from './accidental-tag.ts';
import { readBootList } from './boot-list.ts';
import { type Estimate, type EstimateOptions, estimate } from './estimate.ts';
import { type BootCommandOptions, type Dialect, parseSource } from './parser.ts';
import { ScriptError, ScriptSource } from './script-source.ts';
import { everyStep, type Place, type Step } from './step.ts';
import { Variables } from './variables.ts';

/** Something in a script that does not do what it seems to. */
export interface LintFinding {
  /** `error`: it cannot be run. */
  readonly severity: 'error' | 'warning';
  readonly place: Place;
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

export interface LintReport {
  readonly findings: readonly LintFinding[];
  /** Absent when the script cannot be run. */
  readonly estimate?: Estimate;
  /** The names of the variables that it needs. */
  readonly variables: readonly string[];
}

export interface LintOptions extends BootCommandOptions, EstimateOptions {}

/**
 * Finds what a script types by accident: tags that are none, like `<entr>` and `<Wait5>`; with the dialect `packer` also
 * tags that packer does not have. Variables without a value are taken for empty texts.
 */
export function lintBootCommand(script: string, options: LintOptions = {}): LintReport {
  const { name, variables = {}, dialect } = options;
  const needed = new Set<string>();
  const assumed = new Variables((variable) => {
    needed.add(variable);
    return Object.hasOwn(variables, variable) ? variables[variable] : '';
  });
  const findings: LintFinding[] = [];
  try {
    const items = readBootList(script, name);
    const source = new ScriptSource(script, { name, ...(items && { items }) });
    if (items) findings.push(...lineBreaks(source));
    const onLiteral = (character: string, index: number) => {
      if (character === '<') findings.push(...accidentAt(source, index, dialect));
    };
    const steps = parseSource(source, { dialect, variables: assumed, onLiteral });
    findings.push(...heldKeys(steps));
    return { findings: findings.sort(byPlace), estimate: estimate(steps, options), variables: [...needed] };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { place, problem } = error instanceof ScriptError ? error : { place: START, problem: error.message };
    findings.push({ severity: 'error', place, message: problem });
    return { findings: findings.sort(byPlace), variables: [...needed] };
  }
}

const START: Place = { line: 1, column: 1 };

function byPlace({ place: a }: LintFinding, { place: b }: LintFinding): number {
  return a.line - b.line || a.column - b.column;
}

/** What is typed from a `<` on and looks like a tag. */
function* accidentAt(source: ScriptSource, index: number, dialect: Dialect = 'rfbctl'): Generator<LintFinding> {
  const accident = accidentalTag(source.text, index, dialect);
  if (!accident) return;
  const { written, suggestion } = accident;
  const who = dialect === 'packer' ? 'packer types it' : 'it is typed';
  yield {
    severity: 'warning',
    place: source.placeAt(index),
    message: `${written} is no tag: ${who} as text`,
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** In a list each character counts. */
function* lineBreaks(source: ScriptSource): Generator<LintFinding> {
  for (const { index } of source.text.matchAll(/\n/g)) {
    const message = 'a line break presses nothing: packer sends a code that no key has';
    yield { severity: 'warning', place: source.placeAt(index), message, suggestion: '<enter>' };
  }
}

/** Branches are taken as if they came one after the other. */
function* heldKeys(steps: readonly Step[]): Generator<LintFinding> {
  const held = new Map<string, Step>();
  for (const step of everyStep(steps)) {
    if (step.action === 'down') held.set(step.chord, step);
    if (step.action !== 'up' || held.delete(step.chord)) continue;
    yield { severity: 'warning', place: step.place, message: `${step.source} releases a key that is not down` };
  }
  for (const { place, source } of held.values()) {
    const suggestion = source.replace(/on>$/i, 'Off>');
    yield { severity: 'warning', place, message: `${source} is never released`, suggestion };
  }
}
