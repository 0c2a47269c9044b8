import { UsageError } from '../../rfb/errors.ts';
import { imageFormatOf } from '../image-file.ts';
import { parseChord } from '../key-chord.ts';
import { nearestNames } from '../nearest-names.ts';
import type { Button, Point } from '../pointer.ts';
import { keysOfText } from '../typing-plan.ts';
import { LineStarts, ScriptError, ScriptSource } from './script-source.ts';
import { shellWords } from './shell-words.ts';
import type { Place, Step, StepAction } from './step.ts';

export interface VdoOptions {
  /** Reads a file that is typed, pasted, or a script of its own; `-` is standard input. */
  readonly readFile: (file: string) => Promise<string>;
  /** Pauses are so many times shorter. Default 1. */
  readonly warp?: number | undefined;
}

/** Of scripts in scripts. */
const MAX_DEPTH = 8;

/**
 * vncdotool's command words as steps: `vdoSteps(['key', 'ctrl-alt-del'])`. A word that ends in `.vdo` stands for the words
 * of that file, `-` for those on standard input.
 * @throws UsageError `BAD_SCRIPT`
 */
export async function vdoSteps(words: readonly string[], options: VdoOptions): Promise<readonly Step[]> {
  let offset = 0;
  const places = words.map((text): VdoWord => {
    const word = { text, place: { line: 1, column: offset + 1 } };
    offset += text.length + 1;
    return word;
  });
  return new VdoReader(options).steps(places, 0);
}

interface VdoWord {
  readonly text: string;
  readonly place: Place;
}

type ReadCommand = (reader: Arguments, context: VdoReader) => StepAction | Promise<StepAction>;

/** By every name that vncdotool has for them. */
const commands: ReadonlyMap<string, ReadCommand> = new Map<string, ReadCommand>(
  Object.entries({
    key: (args) => ({ action: 'press', chord: args.chord() }),
    'keydown kdown': (args) => ({ action: 'down', chord: args.chord() }),
    'keyup kup': (args) => ({ action: 'up', chord: args.chord() }),
    type: (args) => typing(args, args.text('the text')),
    typefile: async (args, { options }) => typing(args, typedFile(await args.file(options))),
    'pastefile paste': async (args, { options }) => {
      const text = args.command === 'paste' ? args.text('the text') : await args.file(options);
      return { action: 'paste', text: text.replaceAll('\r\n', '\n') };
    },
    'move mousemove': (args, context) => {
      const to = args.point();
      context.moved = true;
      return { action: 'move', to };
    },
    click: (args, context) => {
      const button = args.button();
      context.assertMoved(args);
      return { action: 'click', button };
    },
    'mousedown mdown': (args, context) => {
      const button = args.button();
      context.assertMoved(args);
      return { action: 'button-down', button };
    },
    'mouseup mup': (args, context) => {
      const button = args.button();
      context.assertMoved(args);
      return { action: 'button-up', button };
    },
    drag: (args, context) => {
      const to = args.point();
      context.assertMoved(args);
      return { action: 'move', to, durationMs: DRAG_MS };
    },
    capture: (args) => ({ action: 'screenshot', file: args.picture() }),
    rcapture: (args) => ({ action: 'screenshot', file: args.picture(), region: args.region() }),
    expect: (args) => {
      const file = args.text('the picture');
      return { action: 'wait', condition: { is: 'image', file, ...args.fuzz() } };
    },
    rexpect: (args) => {
      const file = args.text('the picture');
      return { action: 'wait', condition: { is: 'image', file, at: args.point(), ...args.fuzz() } };
    },
    stable: (args) => {
      const quietMs = args.seconds();
      args.exactly();
      return { action: 'wait', condition: { is: 'stable', quietMs } };
    },
    rstable: (args) => {
      const quietMs = args.seconds();
      const region = args.region();
      args.exactly();
      return { action: 'wait', condition: { is: 'stable', quietMs, region } };
    },
    resize: (args) => ({ action: 'resize', width: args.number('the width'), height: args.number('the height') }),
    'pause sleep': (args, { options: { warp = 1 } }) => ({ action: 'pause', ms: args.seconds() / warp }),
  } satisfies Readonly<Record<string, ReadCommand>>).flatMap(([names, read]) =>
    names.split(' ').map((name): [string, ReadCommand] => [name, read]),
  ),
);

/** Long enough for what is dragged to follow; vncdotool takes 0.2 s for each pixel. */
const DRAG_MS = 400;

/** Every command word. */
export const vdoCommandNames: readonly string[] = [...commands.keys()];

class VdoReader {
  readonly options: VdoOptions;
  /** Whether it is known where the pointer is. */
  moved = false;

  constructor(options: VdoOptions) {
    this.options = options;
  }

  async steps(words: readonly VdoWord[], depth: number): Promise<Step[]> {
    const steps: Step[] = [];
    for (let at = 0; at < words.length; ) {
      const word = words[at++];
      if (!word) break;
      const read = commands.get(word.text);
      if (read) {
        const args = new Arguments(word, words.slice(at));
        const action = await read(args, this);
        at += args.taken;
        steps.push({ ...action, place: word.place, source: args.source });
      } else if (word.text === '-' || /\.vdo$/i.test(word.text)) {
        steps.push(...(await this.#splice(word, depth + 1)));
      } else {
        throw unknownCommand(word);
      }
    }
    return steps;
  }

  /** @throws UsageError: vncdotool would click at 0,0 */
  assertMoved(args: Arguments): void {
    if (this.moved) return;
    throw new ScriptError(args.place, `${args.command}: where the pointer is, is not known before the first move`);
  }

  async #splice({ text: file, place }: VdoWord, depth: number): Promise<Step[]> {
    if (depth > MAX_DEPTH) throw new ScriptError(place, `${file}: scripts in scripts go ${MAX_DEPTH} deep at most`);
    const text = await this.options.readFile(file);
    const name = file === '-' ? 'standard input' : file;
    // Only for its limit of length.
    new ScriptSource(text, { name });
    const lines = new LineStarts(text);
    const words = shellWords(text);
    if ('problem' in words) throw new ScriptError(lines.placeAt(words.offset, name), words.problem);
    const placed = words.map((word) => ({ text: word.text, place: lines.placeAt(word.offset, name) }));
    return this.steps(placed, depth);
  }
}

function unknownCommand({ text, place }: VdoWord): ScriptError {
  const [near] = nearestNames(text, vdoCommandNames);
  const hint = near === undefined ? 'a script is FILE.vdo, or - for standard input' : `did you mean ${near}?`;
  // What follows a wrong word may be a text that was to be typed.
  return new ScriptError(place, `there is no command ${JSON.stringify(text.slice(0, 20))}; ${hint}`);
}

/** What stands behind a command. */
class Arguments {
  readonly #command: VdoWord;
  readonly #words: readonly VdoWord[];
  taken = 0;

  constructor(command: VdoWord, words: readonly VdoWord[]) {
    this.#command = command;
    this.#words = words;
  }

  get command(): string {
    return this.#command.text;
  }

  get place(): Place {
    return this.#command.place;
  }

  /** For messages; what is typed and pasted is left out, it may be a password. */
  get source(): string {
    if (/^(?:type|paste)$/.test(this.command)) return `${this.command} …`;
    return [this.command, ...this.#words.slice(0, this.taken).map(({ text }) => text)].join(' ');
  }

  error(problem: string): ScriptError {
    return new ScriptError(this.#words[this.taken]?.place ?? this.#command.place, `${this.command}: ${problem}`);
  }

  text(what: string): string {
    const word = this.#words[this.taken];
    if (!word) throw this.error(`${what} is missing`);
    this.taken++;
    return word.text;
  }

  chord(): string {
    const chord = this.text('the key');
    this.checked(() => parseChord(chord));
    return chord;
  }

  picture(): string {
    const file = this.text('the picture’s file');
    this.checked(() => imageFormatOf(file));
    return file;
  }

  async file({ readFile }: VdoOptions): Promise<string> {
    return readFile(this.text('the file'));
  }

  number(what: string, pattern = /^\d{1,5}$/): number {
    const text = this.#words[this.taken]?.text;
    if (text === undefined) throw this.error(`${what} is missing`);
    if (!pattern.test(text)) throw this.error(`${what} is ${JSON.stringify(text.slice(0, 20))}, wanted a number`);
    this.taken++;
    return Number(text);
  }

  point(): Point {
    return { x: this.number('X'), y: this.number('Y') };
  }

  region() {
    return { ...this.point(), width: this.number('the width'), height: this.number('the height') };
  }

  button(): Button {
    return this.number('the button', /^[1-9]$/) as Button;
  }

  /** In milliseconds. */
  seconds(): number {
    return 1000 * this.number('how many seconds', /^\d{1,6}(?:\.\d{1,6})?$|^\.\d{1,6}$/);
  }

  fuzz(): { readonly fuzz?: number } {
    const text = this.#words[this.taken]?.text;
    if (text === undefined || !/^\d+(?:\.\d+)?$/.test(text)) return {};
    const fuzz = this.number('FUZZ', /^\d+(?:\.\d+)?$/);
    if (fuzz > 255) throw this.error(`FUZZ is ${fuzz}, wanted 0 to 255: how different the colour of a pixel may be`);
    return { fuzz };
  }

  /** Takes a FUZZ that allows nothing. */
  exactly(): void {
    const { fuzz = 0 } = this.fuzz();
    if (fuzz > 0) throw this.error('FUZZ must be 0: any pixel that changes is a change');
  }

  checked<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.taken--;
      throw this.error(error.message);
    }
  }
}

function typing(args: Arguments, text: string): StepAction {
  args.checked(() => keysOfText(text));
  return { action: 'type', text, secrets: [] };
}

/** As vncdotool reads it: Enter for \n, nothing for \r. */
function typedFile(text: string): string {
  return text.replaceAll('\r', '');
}
