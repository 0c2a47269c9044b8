import type { UsageError } from '../../rfb/errors.ts';
import { patternOf } from '../waiting/pattern.ts';
import { durationMs } from './duration.ts';
import type { StepCondition } from './step.ts';

/** A part of a tag. */
export interface Token {
  readonly kind: 'word' | 'string' | 'regex';
  readonly text: string;
  /** In the script. */
  readonly index: number;
}

/** What stands in a tag behind its name, read from left to right. */
export class DirectiveArguments {
  readonly #tokens: readonly Token[];
  readonly #end: number;
  readonly #error: (index: number, message: string) => UsageError;
  #next = 0;

  /** `end` is where the tag closes. */
  constructor(tokens: readonly Token[], end: number, error: (index: number, message: string) => UsageError) {
    this.#tokens = tokens;
    this.#end = end;
    this.#error = error;
  }

  get atEnd(): boolean {
    return this.#next === this.#tokens.length;
  }

  error(message: string): UsageError {
    return this.#error(this.#peek()?.index ?? this.#end, message);
  }

  /** @throws UsageError when something is left over */
  finish(): void {
    const token = this.#peek();
    if (token) throw this.error(`${JSON.stringify(token.text)} is too much here`);
  }

  /** Takes the word if it is the next one. */
  takes(word: string): boolean {
    const token = this.#peek();
    if (token?.kind !== 'word' || token.text !== word) return false;
    this.#next++;
    return true;
  }

  /** A word or a string. */
  text(what: string): string {
    const token = this.#peek();
    if (!token || token.kind === 'regex') throw this.error(`${what} is missing`);
    this.#next++;
    return token.text;
  }

  duration(what: string): number {
    const ms = this.optionalDuration();
    if (ms === undefined) throw this.error(`${what} is missing: write 500ms, 10s, 1m30s or a number of seconds`);
    return ms;
  }

  optionalDuration(): number | undefined {
    const token = this.#peek();
    const ms = token?.kind === 'word' ? durationMs(token.text) : undefined;
    if (ms !== undefined) this.#next++;
    return ms;
  }

  /** `10,20`. */
  optionalPoint(): { readonly x: number; readonly y: number } | undefined {
    const token = this.#peek();
    const [, x, y] = (token?.kind === 'word' && /^(\d{1,5}),(\d{1,5})$/.exec(token.text)) || [];
    if (x === undefined || y === undefined) return undefined;
    this.#next++;
    return { x: Number(x), y: Number(y) };
  }

  /** `"text"`, `/expression/i`. */
  optionalPattern(): string | RegExp | undefined {
    const token = this.#peek();
    if (!token || token.kind === 'word') return undefined;
    if (token.text === '') throw this.error('the text is empty');
    const pattern = token.kind === 'string' ? token.text : this.#regex(token);
    this.#next++;
    return pattern;
  }

  /** `text "…"`, `image f.png`, `stable 2s`, `change`, `non-blank`, each of them behind `not` or alone; a text needs no name. */
  condition(): StepCondition {
    if (this.takes('not')) return { is: 'not', condition: this.condition() };
    if (this.takes('image')) return this.image();
    if (this.takes('stable')) return { is: 'stable', quietMs: this.duration('how long nothing changes') };
    if (this.takes('change')) return { is: 'change' };
    if (this.takes('non-blank')) return { is: 'non-blank' };
    this.takes('text');
    return this.textCondition();
  }

  textCondition(): StepCondition {
    const pattern = this.optionalPattern();
    if (pattern === undefined) throw this.error('wanted "text" or /expression/');
    return { is: 'text', pattern };
  }

  image(): StepCondition & { readonly is: 'image' } {
    return { is: 'image', file: this.text('the picture’s file') };
  }

  #regex({ text, index }: Token): RegExp {
    try {
      const pattern = patternOf(text);
      if (typeof pattern !== 'string') return pattern;
    } catch (error) {
      throw this.#error(index, (error as Error).message);
    }
    throw this.#error(index, 'the expression is empty');
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }
}
