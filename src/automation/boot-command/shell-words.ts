/** One word of a line, without its quotes. */
export interface ShellWord {
  readonly text: string;
  /** Where it begins. */
  readonly offset: number;
  /** A quoted word is never a comment, and never a command by accident. */
  readonly quoted: boolean;
}

/** Words that cannot be read. */
export interface BadShellWords {
  readonly offset: number;
  readonly problem: string;
}

const PART = /'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\([\s\S])|([^\s'"\\#]+)/y;
const GAP = /(?:\s|#.*)*/y;

/**
 * Splits as Python's shlex does, with which vncdotool reads its files: quotes as in sh, a backslash outside of single
 * quotes, and a # that is not quoted, also inside a word, begins a comment.
 */
export function shellWords(text: string): readonly ShellWord[] | BadShellWords {
  const words: ShellWord[] = [];
  for (let at = 0; ; ) {
    GAP.lastIndex = at;
    at += GAP.exec(text)?.[0].length ?? 0;
    if (at >= text.length) return words;
    const offset = at;
    let word = '';
    let quoted = false;
    while (at < text.length && !/[\s#]/.test(text.charAt(at))) {
      PART.lastIndex = at;
      const [whole, single, double, escaped, plain] = PART.exec(text) ?? [];
      if (whole === undefined) return { offset: at, problem: `a ${text.charAt(at)} has no end` };
      word += single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '';
      quoted ||= plain === undefined;
      at += whole.length;
    }
    words.push({ text: word, offset, quoted });
  }
}
