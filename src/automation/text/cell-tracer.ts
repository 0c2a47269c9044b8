import { type Picture, pixelsOf } from '../picture.ts';

/** What a cell shows: ink and paper, whatever their colours. */
export type CellLook = 'none' | 'two colours' | 'several colours';

/** Turns the cells of a picture, all of one size, into bitmaps. */
export class CellTracer {
  readonly width: number;
  readonly height: number;
  /** The cell that was traced last, a number a row. */
  readonly rows: Uint32Array;
  /** A row of ink. */
  readonly full: number;
  readonly #pixels: Uint32Array;
  readonly #stride: number;

  constructor(picture: Picture, { width, height }: { readonly width: number; readonly height: number }) {
    this.width = width;
    this.height = height;
    this.rows = new Uint32Array(height);
    this.full = 0xffffffff >>> (32 - width);
    this.#pixels = pixelsOf(picture);
    this.#stride = picture.width;
  }

  /** Sets `rows` where there are two colours: a pixel is ink when it differs from the cell's first. */
  trace(x: number, y: number): CellLook {
    const { width, height, rows } = this;
    const pixels = this.#pixels;
    let at = y * this.#stride + x;
    const background = pixels[at];
    let ink: number | undefined;
    for (let row = 0; row < height; row++, at += this.#stride) {
      let bits = 0;
      for (let column = 0; column < width; column++) {
        const pixel = pixels[at + column];
        bits <<= 1;
        if (pixel === background) continue;
        ink ??= pixel;
        if (pixel !== ink) return 'several colours';
        bits |= 1;
      }
      rows[row] = bits;
    }
    return ink === undefined ? 'none' : 'two colours';
  }

  /** Which of the two colours is the ink, the pixels do not say. */
  invert(): void {
    const { rows, full } = this;
    for (let row = 0; row < rows.length; row++) rows[row] = (rows[row] ?? 0) ^ full;
  }
}
