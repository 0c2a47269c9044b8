export interface FoundText {
  readonly text: string;
  /** Of its first line, counted from 0. */
  readonly row: number;
  /** In that line, in the places of a string. */
  readonly start: number;
}

/** Every place where lines read like this: a regular expression sees them joined by \n. */
export function findIn(lines: readonly string[], pattern: string | RegExp): FoundText[] {
  const text = lines.join('\n');
  const matches = typeof pattern === 'string' ? allOf(text, pattern) : text.matchAll(globally(pattern));
  return Array.from(matches, (match) => {
    let row = 0;
    let start = match.index ?? 0;
    while (row < lines.length - 1 && start > (lines[row]?.length ?? 0)) start -= (lines[row++]?.length ?? 0) + 1;
    return { text: match[0], row, start };
  });
}

function* allOf(text: string, wanted: string): Generator<{ index: number; 0: string }> {
  if (wanted === '') return;
  for (let index = text.indexOf(wanted); index >= 0; index = text.indexOf(wanted, index + wanted.length)) {
    yield { index, 0: wanted };
  }
}

function globally(pattern: RegExp): RegExp {
  return pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
}
