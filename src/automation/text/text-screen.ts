import type { Rect } from '../../rfb/protocol/rect.ts';
import { UNKNOWN } from './cell-reader.ts';
import { findIn } from './find-in.ts';
import type { ScreenText } from './screen-text.ts';

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
export class TextScreen implements ScreenText {
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

  /** Those that show something that is none of the font's glyphs; counted from 0. */
  get unknown(): { readonly row: number; readonly column: number }[] {
    return this.cells.flatMap((line, row) =>
      line.flatMap((character, column) => (character === UNKNOWN ? [{ row, column }] : [])),
    );
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
    return findIn(lines, pattern).map(({ text, row, start }) => {
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
    });
  }
}
