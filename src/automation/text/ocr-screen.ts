import type { Rect } from '../../rfb/protocol/rect.ts';
import { findIn } from './find-in.ts';
import type { ScreenText } from './screen-text.ts';
import type { TextMatch } from './text-screen.ts';

export interface OcrWord {
  readonly text: string;
  /** In pixels of the picture. */
  readonly place: Rect;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Words that were recognised, in lines from top to bottom. */
export class OcrScreen implements ScreenText {
  /** The words of each line, none of them empty. */
  readonly words: readonly (readonly OcrWord[])[];
  readonly lines: readonly string[];
  /** The mean of the words' confidence; 1 where there is none. */
  readonly recognised: number;

  constructor(words: readonly (readonly OcrWord[])[]) {
    this.words = words;
    this.lines = words.map((line) => line.map(({ text }) => text).join(' '));
    const all = words.flat();
    const sum = all.reduce((total, { confidence }) => total + confidence, 0);
    this.recognised = all.length === 0 ? 1 : sum / all.length;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  /** Places are those of the words that a match touches. */
  find(pattern: string | RegExp): TextMatch[] {
    return findIn(this.lines, pattern).map(({ text, row, start }) => {
      const end = start + (text.split('\n', 1)[0] ?? '').length;
      const column = [...(this.lines[row] ?? '').slice(0, start)].length;
      return { text, row, column, place: around(this.#touched(row, start, end)) };
    });
  }

  #touched(row: number, start: number, end: number): Rect[] {
    const touched: Rect[] = [];
    let at = 0;
    for (const { text, place } of this.words[row] ?? []) {
      if (at < end && at + text.length > start) touched.push(place);
      at += text.length + 1;
    }
    return touched;
  }
}

function around(places: readonly Rect[]): Rect {
  const left = Math.min(...places.map(({ x }) => x));
  const top = Math.min(...places.map(({ y }) => y));
  const right = Math.max(...places.map(({ x, width }) => x + width));
  const bottom = Math.max(...places.map(({ y, height }) => y + height));
  return places.length === 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}
