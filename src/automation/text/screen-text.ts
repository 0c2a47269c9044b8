import type { Picture } from '../picture.ts';
import type { TextMatch } from './text-screen.ts';

/** What stands on a screen, however it was read. */
export interface ScreenText {
  /** From top to bottom, without the blanks at their ends. */
  readonly lines: readonly string[];
  /** The lines, without the empty ones at the end. */
  readonly text: string;
  /** How sure the reading is, 0 to 1. */
  readonly recognised: number;
  /** Every place where the text reads like this, from top to bottom: a regular expression sees the lines joined by \n. */
  find(pattern: string | RegExp): TextMatch[];
}

/** Reads what stands on a picture: `TextReader` by the glyphs of fonts, `OcrReader` by guesses. */
export interface ScreenReader {
  read(picture: Picture): ScreenText | Promise<ScreenText>;
  /** Lets go of what it holds. */
  close?(): Promise<void>;
}
