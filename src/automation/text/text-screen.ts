import type { Rect } from '../../rfb/protocol/rect.ts';
import { UNKNOWN } from './cell-reader.ts';

/** How characters lie on a picture. */
export interface TextGrid {
  /** The font's name. */
  readonly font: string;
  /** Of the first cell, in pixels. */
  readonly left: number;
  readonly top: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly columns: number;
  readonly rows: number;
}

export interface TextMatch {
  readonly text: string;
  /** Counted from 0. */
  readonly row: number;
  readonly column: number;
  /** Of a match over several lines, its first. In pixels of the whole screen. */
  readonly place: Rect;
}

/** The characters on a screen. */
export class TextScreen {
  readonly grid: TextGrid;
  /** Row by row, all of `grid.columns` long. `\ufffd` stands for what no glyph of the font looks like. */
  readonly cells: readonly (readonly string[])[];
  /** Of the cells that are not blank, the share that was recognised, 0 to 1; 1 on an empty screen. */
  readonly recognised: number;

  constructor(grid: TextGrid, cells: readonly (readonly string[])[]) {
    this.grid = grid;
    this.cells = cells;
    const inked = cells.flat().filter((character) => character !== ' ');
    this.recognised = inked.length === 0 ? 1 : inked.filter((character) => character !== UNKNOWN).length / inked.length;
  }

  /** The rows without the blanks at their ends. */
  get lines(): string[] {
    return this.cells.map((row) => row.join('').trimEnd());
  }

  /** The lines, without the empty ones at the end. */
  get text(): string {
    return this.lines.join('\n').trimEnd();
  }

  /** Every place where the text reads like this, row by row: a regular expression sees the lines joined by \n. */
  find(pattern: string | RegExp): TextMatch[] {
    const { lines } = this;
    const text = lines.join('\n');
    const matches = typeof pattern === 'string' ? allOf(text, pattern) : text.matchAll(globally(pattern));
    return Array.from(matches, (match) => this.#matchAt(lines, match.index ?? 0, match[0]));
  }

  #matchAt(lines: readonly string[], index: number, text: string): TextMatch {
    let row = 0;
    let start = index;
    while (row < lines.length - 1 && start > (lines[row]?.length ?? 0)) start -= (lines[row++]?.length ?? 0) + 1;
    const { left, top, cellWidth, cellHeight } = this.grid;
    // Characters beyond U+FFFF take two places in a string, one on the screen.
    const column = [...(lines[row] ?? '').slice(0, start)].length;
    const length = [...(text.split('\n', 1)[0] ?? '')].length;
    const place = {
      x: left + column * cellWidth,
      y: top + row * cellHeight,
      width: length * cellWidth,
      height: cellHeight,
    };
    return { text, row, column, place };
  }
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
