import { ProtocolError } from '../errors.ts';
import { MAX_DESKTOP_PIXELS, MAX_DESKTOP_SIDE } from './limits.ts';
import type { Rect } from './rect.ts';

/**
 * The picture: one 32-bit pixel (0xAABBGGRR, so R, G, B, A in memory) each, rows top-down without padding. Pixels that no
 * update has covered are 0: transparent black. Callers check rectangles first; writes outside are dropped by the typed array.
 */
export class Framebuffer {
  #width = 0;
  #height = 0;
  #pixels: Uint32Array = new Uint32Array(0);
  readonly #allocate: (length: number) => Uint32Array;

  /**
   * `allocate` gives room for so many pixels, all 0; an `UpdateDecoder` has its own.
   * @throws ProtocolError `BAD_VALUE` above the limits of limits.ts
   */
  constructor(
    width: number,
    height: number,
    allocate: (length: number) => Uint32Array = (length) => new Uint32Array(length),
  ) {
    this.#allocate = allocate;
    this.resize(width, height);
  }

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  /** Another array after `resize`: the one before keeps the old picture. */
  get pixels(): Uint32Array {
    return this.#pixels;
  }

  /** The whole framebuffer as a rectangle. */
  get bounds(): Rect {
    return { x: 0, y: 0, width: this.#width, height: this.#height };
  }

  /** Takes the new size, keeps what both sizes share. Memory is touched only where pixels are kept. */
  resize(width: number, height: number): void {
    if (width > MAX_DESKTOP_SIDE || height > MAX_DESKTOP_SIDE || width * height > MAX_DESKTOP_PIXELS) {
      throw new ProtocolError(
        'BAD_VALUE',
        `a ${width}x${height} framebuffer is above the limit of ${MAX_DESKTOP_SIDE} pixels a side and ${MAX_DESKTOP_PIXELS} in all`,
      );
    }
    const pixels = this.#allocate(width * height);
    const shared = Math.min(width, this.#width);
    for (let y = Math.min(height, this.#height) - 1; y >= 0; y--) {
      pixels.set(this.#pixels.subarray(y * this.#width, y * this.#width + shared), y * width);
    }
    this.#pixels = pixels;
    this.#width = width;
    this.#height = height;
  }

  fill(rect: Rect, colour: number): void {
    let at = rect.y * this.#width + rect.x;
    for (let row = 0; row < rect.height; row++, at += this.#width) this.#pixels.fill(colour, at, at + rect.width);
  }

  /** Writes `rect` from `colours`, whose first row begins at `offset` and whose rows are `rect.width` long. */
  blit(rect: Rect, colours: Uint32Array, offset = 0): void {
    let at = rect.y * this.#width + rect.x;
    for (let row = 0; row < rect.height; row++, at += this.#width) {
      const from = offset + row * rect.width;
      this.#pixels.set(colours.subarray(from, from + rect.width), at);
    }
  }

  /** Moves pixels from `sourceX`, `sourceY` to `rect`; the two may overlap. */
  copy(sourceX: number, sourceY: number, rect: Rect): void {
    const downwards = rect.y > sourceY;
    for (let i = 0; i < rect.height; i++) {
      const row = downwards ? rect.height - 1 - i : i;
      const from = (sourceY + row) * this.#width + sourceX;
      this.#pixels.copyWithin((rect.y + row) * this.#width + rect.x, from, from + rect.width);
    }
  }

  /** A copy of `rect`'s pixels as R, G, B, A bytes, rows top-down. */
  rgba(rect: Rect = this.bounds): Uint8Array {
    const copy = new Uint32Array(rect.width * rect.height);
    for (let row = 0; row < rect.height; row++) {
      const from = (rect.y + row) * this.#width + rect.x;
      copy.set(this.#pixels.subarray(from, from + rect.width), row * rect.width);
    }
    return new Uint8Array(copy.buffer);
  }

  /** Whether `rect` shows just these pixels, as `rgba` gives them. */
  shows(rect: Rect, rgba: Uint8Array): boolean {
    const { buffer, byteOffset, byteLength } = this.#pixels;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    const rowLength = rect.width * 4;
    // Whole rows lie one behind the other.
    const [rows, length] = rect.width === this.#width ? [1, rowLength * rect.height] : [rect.height, rowLength];
    for (let row = 0; row < rows; row++) {
      const from = ((rect.y + row) * this.#width + rect.x) * 4;
      const wanted = rgba.subarray(row * length, row * length + length);
      if (Buffer.compare(bytes.subarray(from, from + length), wanted) !== 0) return false;
    }
    return true;
  }
}
