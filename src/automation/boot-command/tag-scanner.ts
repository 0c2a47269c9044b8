import type { Token } from './directive-arguments.ts';
import { matchAt } from './packer-tags.ts';
import type { ScriptSource } from './script-source.ts';

/** What stands in a tag behind its name. */
export interface ScannedTag {
  readonly tokens: readonly Token[];
  /** Of the character behind the closing bracket. */
  readonly end: number;
}

/** The value of the variable that is named at `index`, if one is. */
export type ExpandAt = (index: number) => { readonly length: number; readonly value: string } | undefined;

const BLANKS = /\s*/y;
/** Up to the slash that closes it: one that is neither escaped nor in a class; then flags. */
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*(?=[\s>])/y;

/**
 * Reads words, strings in either quotes (a backslash takes the next character as it is) and /expressions/ up to the
 * closing bracket. Variables have their values in words and strings.
 * @throws UsageError `BAD_SCRIPT`
 */
export function scanTag(source: ScriptSource, start: number, from: number, expandAt: ExpandAt): ScannedTag {
  const { text } = source;
  const tokens: Token[] = [];
  for (let at = from; ; ) {
    at += matchAt(BLANKS, text, at)?.[0].length ?? 0;
    const character = text[at];
    if (character === undefined) throw source.error(start, `${source.slice(start, from)} has no closing >`);
    if (character === '>') return { tokens, end: at + 1 };
    const regex = character === '/' ? matchAt(REGEX, text, at)?.[0] : undefined;
    if (regex !== undefined) {
      tokens.push({ kind: 'regex', text: regex, index: at });
      at += regex.length;
      continue;
    }
    const quote = character === '"' || character === "'" ? character : undefined;
    const { value, end } = readValue(source, at, quote, expandAt);
    tokens.push({ kind: quote === undefined ? 'word' : 'string', text: value, index: at });
    at = end;
  }
}

function readValue(source: ScriptSource, start: number, quote: string | undefined, expandAt: ExpandAt) {
  const { text } = source;
  let value = '';
  for (let at = quote === undefined ? start : start + 1; ; ) {
    const character = text[at];
    if (character === undefined && quote !== undefined) throw source.error(start, `the ${quote} here has no other`);
    if (quote === undefined && (character === undefined || /[\s>]/.test(character))) return { value, end: at };
    if (character === quote) return { value, end: at + 1 };
    const variable = expandAt(at);
    if (variable) {
      value += variable.value;
      at += variable.length;
    } else if (character === '\\' && quote !== undefined && at + 1 < text.length) {
      value += text[at + 1];
      at += 2;
    } else {
      value += character;
      at++;
    }
  }
}
