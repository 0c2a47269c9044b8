import { type Command, Option } from 'commander';
import { patternOf } from '../automation/waiting/pattern.ts';
import { badOption } from './arguments.ts';

/** What is done with a text console: in the order of the command line. */
export type TermStep =
  | { readonly kind: 'send'; readonly text: string }
  | { readonly kind: 'sendFile'; readonly file: string }
  | { readonly kind: 'expect'; readonly pattern: string | RegExp };

export class TermSteps {
  readonly steps: TermStep[] = [];

  addTo(command: Command): Command {
    const add = (flags: string, description: string, parse: (text: string) => TermStep) =>
      command.addOption(new Option(flags, description).argParser((text) => void this.steps.push(parse(text))));
    add('--send <text>', 'type this: \\r is Enter, \\t Tab, \\e Escape, \\xHH any byte below 80', (text) => ({
      kind: 'send',
      text: unescaped(text),
    }));
    add('--send-file <file>', 'type what stands in a file (a password, a script), line ends as Enter', (file) => ({
      kind: 'sendFile',
      file,
    }));
    return add('--expect <text>', 'wait until this is printed; /…/ is a regular expression', (text) => ({
      kind: 'expect',
      pattern: patternOf(text),
    }));
  }
}

const LETTERS: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', e: '\u001b', '\\': '\\' };

/** The message leaves the text out: it may hold a password. @throws UsageError `BAD_OPTION` */
function unescaped(text: string): string {
  return text.replace(/\\(x[\da-f]{2}|.|$)/gis, (_, name: string) => {
    if (name.length === 3 && name < 'x8') return String.fromCharCode(Number.parseInt(name.slice(1), 16));
    const letter = LETTERS[name];
    if (letter !== undefined) return letter;
    throw badOption('it holds a backslash that means nothing: write \\\\ for one; there are \\r \\n \\t \\e \\xHH');
  });
}

/** What a file holds, as it would be typed. */
export function typedLines(text: string): string {
  return text.replace(/\r?\n/g, '\r');
}
