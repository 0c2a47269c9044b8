import { UsageError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import type { Place } from './step.ts';

/** Of a script: at 30 keys a second that is an hour of typing. */
const MAX_SCRIPT = 128 * 1024;

/** The text of a script, and where each of its characters stands in the file that it comes from. */
export class ScriptSource {
  /** For messages: the file. */
  readonly name: string | undefined;
  readonly text: string;
  /** Whether it is the items of a list: then each character counts, line breaks too. */
  readonly list: boolean;
  /** By index in `text`, one more at the end; absent when they are the same. */
  readonly #offsets: readonly number[] | undefined;
  readonly #lines: LineStarts;

  /** @throws UsageError `BAD_SCRIPT` when it is too long */
  constructor(file: string, options: { readonly name?: string | undefined; readonly items?: DecodedItems } = {}) {
    if (file.length > MAX_SCRIPT) {
      const message = `the script has ${file.length} characters, the limit is ${MAX_SCRIPT}`;
      throw new UsageError('BAD_SCRIPT', options.name === undefined ? message : `${options.name}: ${message}`);
    }
    this.name = options.name;
    this.#lines = new LineStarts(file);
    this.text = options.items?.text ?? file;
    this.list = options.items !== undefined;
    this.#offsets = options.items?.offsets;
  }

  /** Of the character at `index` of the text. */
  placeAt(index: number): Place {
    return this.#lines.placeAt(this.#offsets?.[index] ?? index, this.name);
  }

  /** What stands between two places, for people. */
  slice(from: number, to: number): string {
    return printable(this.text.slice(from, to), MAX_SHOWN);
  }

  error(index: number, problem: string): ScriptError {
    return new ScriptError(this.placeAt(index), problem);
  }
}

/** The items of a list, joined; `offsets` as `ScriptSource` keeps them. */
export interface DecodedItems {
  readonly text: string;
  readonly offsets: readonly number[];
}

const MAX_SHOWN = 60;

/** A script that cannot be run, and where. */
export class ScriptError extends UsageError {
  readonly place: Place;
  /** The message without the place. */
  readonly problem: string;

  constructor(place: Place, problem: string) {
    super('BAD_SCRIPT', `${describePlace(place)}: ${problem}`);
    this.place = place;
    this.problem = problem;
  }
}

/** `boot.txt:3:14`, or in words where there is no file. */
export function describePlace({ file, line, column }: Place): string {
  return file === undefined ? `line ${line}, column ${column}` : `${file}:${line}:${column}`;
}

/** Turns offsets into places. */
export class LineStarts {
  readonly #starts: readonly number[];

  constructor(text: string) {
    this.#starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  }

  placeAt(offset: number, file?: string): Place {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const column = offset - (this.#starts[low] ?? 0) + 1;
    return { ...(file !== undefined && { file }), line: low + 1, column };
  }
}
