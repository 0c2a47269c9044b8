import { Option } from 'commander';
import { parseList, parseName } from './arguments.ts';

export interface Choices {
  /** What a value is, in the singular: `encoding`. */
  readonly what: string;
  readonly values: readonly string[];
  /** Whether several may be given, separated by commas. */
  readonly list?: boolean;
}

/** An option whose values are names: checked, listed by --help, and offered by the shell's completion. */
export class ChoiceOption extends Option {
  /** The description without the values. */
  readonly summary: string;
  readonly values: readonly string[];
  readonly list: boolean;

  constructor(flags: string, description: string, { what, values, list = false }: Choices) {
    super(flags, `${description}: ${values.join(', ')}`);
    this.summary = description;
    this.values = values;
    this.list = list;
    this.argParser<unknown>(list ? parseList(what, values) : parseName(what, values));
  }
}
