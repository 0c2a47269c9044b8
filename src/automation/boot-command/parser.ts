import { UsageError } from '../../rfb/errors.ts';
import { parseChord } from '../key-chord.ts';
import { keysOfText } from '../typing-plan.ts';
import { readBootList } from './boot-list.ts';
import { DirectiveArguments } from './directive-arguments.ts';
import { type Directive, directiveAt } from './directives.ts';
import { type PackerTag, packerTagAt } from './packer-tags.ts';
import { ScriptError, ScriptSource } from './script-source.ts';
import { everyStep, type Step, type StepAction } from './step.ts';
import { scanTag } from './tag-scanner.ts';
import { type Expanded, type ScriptVariables, Variables } from './variables.ts';

/** `packer`: exactly its language. `rfbctl`: all of that, and this project's tags and `${variables}`. */
export type Dialect = 'rfbctl' | 'packer';

export interface BootCommandOptions {
  /** What `${name}` and `{{ .name }}` stand for. */
  readonly variables?: ScriptVariables | undefined;
  /** Default `rfbctl`. */
  readonly dialect?: Dialect | undefined;
  /** Of the file, for messages. */
  readonly name?: string | undefined;
}

/**
 * Parses a boot command: packer's language, with more (docs/boot-command.md). A list of strings, as packer's HCL and JSON
 * have it, is the same as its strings one after another.
 * @throws UsageError `BAD_SCRIPT` with line and column
 */
export function parseBootCommand(script: string, options: BootCommandOptions = {}): readonly Step[] {
  const { name, variables = {}, dialect } = options;
  const items = readBootList(script, name);
  const source = new ScriptSource(script, { name, ...(items && { items }) });
  return parseSource(source, { dialect, variables: Variables.of(variables) });
}

export interface ParseSourceOptions {
  readonly dialect?: Dialect | undefined;
  readonly variables: Variables;
  /** Of a part of a script: its labels may be in another. */
  readonly labels?: 'unchecked';
  /** Told of each character that is text, by its index. */
  readonly onLiteral?: (character: string, index: number) => void;
}

export function parseSource(source: ScriptSource, options: ParseSourceOptions): readonly Step[] {
  const steps = new Parser(source, options).parse();
  if (options.labels === undefined) checkLabels(steps);
  return steps;
}

/** The longest that a timer can wait. */
const MAX_PAUSE_MS = 24 * 3_600_000;

/** An `<if …>` that is still open. */
interface Block {
  readonly begun: Pick<Step & { action: 'if' }, 'action' | 'condition' | 'withinMs' | 'place' | 'source'>;
  /** The steps before `<else>`; undefined until that comes. */
  readonly steps: readonly Step[] | undefined;
  /** What the steps around it are. */
  readonly around: Step[];
}

class Parser {
  readonly #source: ScriptSource;
  readonly #options: ParseSourceOptions;
  readonly #extended: boolean;
  #at = 0;
  #steps: Step[] = [];
  readonly #blocks: Block[] = [];
  /** Text that is still being collected, and where it began. */
  #text = '';
  #textStart = 0;
  #secrets: string[] = [];

  constructor(source: ScriptSource, options: ParseSourceOptions) {
    this.#source = source;
    this.#options = options;
    this.#extended = options.dialect !== 'packer';
  }

  parse(): readonly Step[] {
    const { text } = this.#source;
    while (this.#at < text.length) if (!this.#tag() && !this.#variable() && !this.#lineBreak()) this.#literal();
    this.#endText();
    const open = this.#blocks.at(-1);
    if (open) throw new ScriptError(open.begun.place, `${open.begun.source} has no <endif>`);
    return this.#steps;
  }

  #tag(): boolean {
    const { text } = this.#source;
    if (text[this.#at] !== '<') return false;
    const tag = packerTagAt(text, this.#at);
    if (tag) {
      this.#apply(this.#packerAction(tag), tag.length);
      return true;
    }
    return this.#extended && (this.#comment() || this.#directive() || this.#escaped());
  }

  #packerAction(tag: PackerTag): StepAction {
    if (tag.tag === 'wait') {
      const { ms } = tag;
      if (!(ms > 0)) throw this.#error('a wait must be longer than 0');
      if (ms > MAX_PAUSE_MS) throw this.#error('a wait is a day at most');
      return { action: 'pause', ms };
    }
    const { chord, toggle } = tag;
    this.#checked(() => parseChord(chord));
    return { action: toggle, chord };
  }

  /** `<# … #>`. */
  #comment(): boolean {
    const { text } = this.#source;
    if (!text.startsWith('<#', this.#at)) return false;
    const end = text.indexOf('#>', this.#at + 2);
    if (end < 0) throw this.#error('the comment <# has no closing #>');
    this.#at = end + 2;
    return true;
  }

  #directive(): boolean {
    const { text } = this.#source;
    const start = this.#at;
    const directive = directiveAt(text, start);
    if (!directive) return false;
    const { tokens, end } = scanTag(this.#source, start, start + directive.length, (index) => this.#expandShown(index));
    const args = new DirectiveArguments(tokens, end - 1, (index, message) =>
      this.#source.error(index, `${this.#source.slice(start, end)}: ${message}`),
    );
    const action = this.#checked(() => directive.read(args));
    args.finish();
    this.#apply(action, end - start);
    return true;
  }

  #apply(directive: Directive, length: number): void {
    switch (directive.action) {
      case 'begin-if':
        this.#beginIf(directive, length);
        break;
      case 'else':
        this.#else();
        break;
      case 'endif':
        this.#endIf();
        break;
      default:
        this.#endText();
        this.#steps.push({ ...directive, ...this.#located(length) });
    }
    this.#at += length;
  }

  #beginIf({ condition, withinMs }: Directive & { action: 'begin-if' }, length: number): void {
    this.#endText();
    const begun = {
      action: 'if' as const,
      condition,
      ...(withinMs !== undefined && { withinMs }),
      ...this.#located(length),
    };
    this.#blocks.push({ begun, steps: undefined, around: this.#steps });
    this.#steps = [];
  }

  #else(): void {
    this.#endText();
    const block = this.#blocks.pop();
    if (!block || block.steps) throw this.#error('<else> belongs to no <if …>');
    this.#blocks.push({ ...block, steps: this.#steps });
    this.#steps = [];
  }

  #endIf(): void {
    this.#endText();
    const block = this.#blocks.pop();
    if (!block) throw this.#error('<endif> belongs to no <if …>');
    const { begun, steps, around } = block;
    around.push({ ...begun, ...(steps ? { steps, otherwise: this.#steps } : { steps: this.#steps, otherwise: [] }) });
    this.#steps = around;
  }

  /** `<<` in front of what would be a tag: the tag is text. */
  #escaped(): boolean {
    const { text } = this.#source;
    const next = this.#at + 1;
    if (text[next] !== '<' || !(packerTagAt(text, next) || directiveAt(text, next))) return false;
    this.#beginText();
    this.#text += '<';
    this.#at += 2;
    return true;
  }

  #variable(): boolean {
    const value = this.#expand(this.#at);
    if (!value) return false;
    this.#beginText();
    this.#checked(() => keysOfText(value.value));
    this.#text += value.value;
    if (value.secret) this.#secrets.push(value.value);
    this.#at += value.length;
    return true;
  }

  #expand(index: number): Expanded | undefined {
    return this.#options.variables.at(this.#source.text, index, this.#extended, (problem) => {
      throw this.#source.error(index, problem);
    });
  }

  /** For what messages repeat. */
  #expandShown(index: number): Expanded | undefined {
    const expanded = this.#expand(index);
    if (expanded?.secret) throw this.#source.error(index, 'a secret can be typed, not used inside a tag');
    return expanded;
  }

  /** Lines are items of a list, too: a break types nothing, nor does the indentation behind it. */
  #lineBreak(): boolean {
    const pattern = this.#extended && !this.#source.list ? /\r?\n[ \t]*/y : /\r?\n/y;
    pattern.lastIndex = this.#at;
    const [found] = pattern.exec(this.#source.text) ?? [];
    if (found === undefined) return false;
    this.#at += found.length;
    return true;
  }

  #literal(): void {
    this.#beginText();
    const character = String.fromCodePoint(this.#source.text.codePointAt(this.#at) ?? 0);
    this.#checked(() => keysOfText(character));
    this.#options.onLiteral?.(character, this.#at);
    this.#text += character;
    this.#at += character.length;
  }

  #beginText(): void {
    if (this.#text === '') this.#textStart = this.#at;
  }

  #endText(): void {
    const text = this.#text;
    if (text === '') return;
    const length = this.#at - this.#textStart;
    this.#steps.push({ action: 'type', text, secrets: this.#secrets, ...this.#located(length, this.#textStart) });
    this.#text = '';
    this.#secrets = [];
  }

  #located(length: number, at = this.#at): Pick<Step, 'place' | 'source'> {
    return { place: this.#source.placeAt(at), source: this.#source.slice(at, at + length) };
  }

  #error(message: string): ScriptError {
    return this.#source.error(this.#at, message);
  }

  /** Errors that do not know the script get their place in it. */
  #checked<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UsageError) || error instanceof ScriptError) throw error;
      throw this.#error(error.message);
    }
  }
}

/** @throws UsageError when one is there twice, or a goto leads nowhere */
export function checkLabels(steps: readonly Step[]): void {
  const labels = new Set<string>();
  for (const step of everyStep(steps)) {
    if (step.action !== 'label') continue;
    if (labels.has(step.label)) throw new ScriptError(step.place, `there are two labels ${JSON.stringify(step.label)}`);
    labels.add(step.label);
  }
  for (const step of everyStep(steps)) {
    if (step.action !== 'goto' || labels.has(step.label)) continue;
    throw new ScriptError(step.place, `there is no <label ${step.label}>`);
  }
}
