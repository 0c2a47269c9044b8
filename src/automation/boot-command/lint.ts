import { UsageError } from '../../rfb/errors.ts';
import { accidentalTag } from './accidental-tag.ts';
import { readBootList } from './boot-list.ts';
import { type Estimate, type EstimateOptions, estimate } from './estimate.ts';
import { type BootCommandOptions, type Dialect, parseSource } from './parser.ts';
import { ScriptError, ScriptSource } from './script-source.ts';
import { everyStep, type Place, type Step } from './step.ts';
import { readStepsDocument } from './steps-document.ts';
import { Variables } from './variables.ts';

/**
 * `invalid`: it cannot be run; `literal-tag`: it is typed as text and looks like a tag; `line-break`: one in a list, where it
 * presses nothing; `held-key`: it goes down and never up, or up and never down.
 */
export type LintRule = 'invalid' | 'literal-tag' | 'line-break' | 'held-key';

/** Something in a script that does not do what it seems to. */
export interface LintFinding {
  readonly rule: LintRule;
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
  const { name, dialect } = options;
  const lint = new Lint(options);
  try {
    const items = readBootList(script, name);
    const source = new ScriptSource(script, { name, ...(items && { items }) });
    if (items) lint.lineBreaks(source);
    const onLiteral = (character: string, index: number) => lint.literal(source, character, index);
    return lint.report(parseSource(source, { dialect, variables: lint.variables, onLiteral }));
  } catch (error) {
    return lint.failed(error);
  }
}

/** The same for steps as YAML or JSON. */
export async function lintStepsDocument(text: string, options: Omit<LintOptions, 'dialect'> = {}): Promise<LintReport> {
  const lint = new Lint(options);
  const onLiteral = lint.literal.bind(lint);
  try {
    return lint.report(await readStepsDocument(text, options.name, { variables: lint.variables, onLiteral }));
  } catch (error) {
    return lint.failed(error);
  }
}

class Lint {
  readonly #options: LintOptions;
  readonly #findings: LintFinding[] = [];
  readonly #needed = new Set<string>();
  readonly variables: Variables;

  constructor(options: LintOptions) {
    this.#options = options;
    const { variables = {} } = options;
    this.variables = new Variables((name) => {
      this.#needed.add(name);
      return Object.hasOwn(variables, name) ? variables[name] : '';
    });
  }

  literal(source: ScriptSource, character: string, index: number): void {
    if (character === '<') this.#findings.push(...accidentAt(source, index, this.#options.dialect));
  }

  /** In a list each character counts. */
  lineBreaks(source: ScriptSource): void {
    for (const { index } of source.text.matchAll(/\n/g)) {
      const message = 'a line break presses nothing: packer sends a code that no key has';
      this.#findings.push({ rule: 'line-break', place: source.placeAt(index), message, suggestion: '<enter>' });
    }
  }

  report(steps: readonly Step[]): LintReport {
    this.#findings.push(...heldKeys(steps));
    return { ...this.#found(), estimate: estimate(steps, this.#options) };
  }

  failed(error: unknown): LintReport {
    if (!(error instanceof UsageError)) throw error;
    const { place, problem } = error instanceof ScriptError ? error : { place: START, problem: error.message };
    this.#findings.push({ rule: 'invalid', place, message: problem });
    return this.#found();
  }

  #found(): Pick<LintReport, 'findings' | 'variables'> {
    return { findings: this.#findings.sort(byPlace), variables: [...this.#needed] };
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
    rule: 'literal-tag',
    place: source.placeAt(index),
    message: `${written} is no tag: ${who} as text`,
    ...(suggestion !== undefined && { suggestion }),
  };
}

/** Branches are taken as if they came one after the other. */
function* heldKeys(steps: readonly Step[]): Generator<LintFinding> {
  const held = new Map<string, Step>();
  for (const step of everyStep(steps)) {
    if (step.action === 'down') held.set(step.chord, step);
    if (step.action !== 'up' || held.delete(step.chord)) continue;
    yield { rule: 'held-key', place: step.place, message: `${step.source} releases a key that is not down` };
  }
  for (const { place, source } of held.values()) {
    const suggestion = source.replace(/on>$/i, 'Off>');
    yield { rule: 'held-key', place, message: `${source} is never released`, suggestion };
  }
}
