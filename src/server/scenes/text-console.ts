import { colour, type Display } from '../display.ts';
import { GLYPH_HEIGHT } from '../font.ts';

/** VGA text mode puts an empty ninth column behind each glyph. */
export const CELL_WIDTH = 9;
export const CELL_HEIGHT = GLYPH_HEIGHT;

const BACKGROUND = colour(0, 0, 0);

export const GREY = colour(170, 170, 170);
export const WHITE = colour(255, 255, 255);
export const GREEN = colour(85, 255, 85);

/** A teletype on a display: writes left to right, wraps, scrolls, shows where it is by a steady block. */
export class TextConsole {
  readonly columns: number;
  readonly rows: number;
  readonly #display: Display;
  #column = 0;
  #row = 0;

  constructor(display: Display) {
    this.#display = display;
    this.columns = Math.floor(display.width / CELL_WIDTH);
    this.rows = Math.floor(display.height / CELL_HEIGHT);
    this.#cursor(GREY);
  }

  /** Where the next character goes. */
  get position(): { readonly column: number; readonly row: number } {
    return { column: this.#column, row: this.#row };
  }

  write(text: string, foreground = GREY): void {
    this.#cursor(BACKGROUND);
    for (const character of text) {
      if (character === '\n') this.#newLine();
      else this.#put(character, foreground);
    }
    this.#cursor(GREY);
  }

  /** Takes the character before the cursor away, also across a line's start. */
  erase(): void {
    this.#cursor(BACKGROUND);
    if (this.#column > 0) this.#column--;
    else if (this.#row > 0) {
      this.#row--;
      this.#column = this.columns - 1;
    }
    this.#cursor(GREY);
  }

  clear(): void {
    this.#display.fill(this.#display.framebuffer.bounds, BACKGROUND);
    this.#column = 0;
    this.#row = 0;
    this.#cursor(GREY);
  }

  #put(character: string, foreground: number): void {
    this.#display.text(this.#column * CELL_WIDTH, this.#row * CELL_HEIGHT, character, foreground);
    this.#column++;
    if (this.#column === this.columns) this.#newLine();
  }

  #newLine(): void {
    this.#column = 0;
    this.#row++;
    if (this.#row < this.rows) return;
    this.#row = this.rows - 1;
    const { framebuffer, width } = this.#display;
    const height = this.#row * CELL_HEIGHT;
    framebuffer.copy(0, CELL_HEIGHT, { x: 0, y: 0, width, height });
    framebuffer.fill({ x: 0, y: height, width, height: CELL_HEIGHT }, BACKGROUND);
    this.#display.damage(framebuffer.bounds);
  }

  #cursor(shade: number): void {
    const [x, y] = [this.#column * CELL_WIDTH, this.#row * CELL_HEIGHT];
    this.#display.fill({ x, y, width: CELL_WIDTH, height: CELL_HEIGHT }, shade);
  }
}
