import { type Picture, pixelsOf } from '../picture.ts';
import { boxBlurred, smoothGrey } from './blur.ts';

/** A screen while it is looked at: what several comparisons need of it is computed once. */
export class ScreenPixels {
  readonly picture: Picture;
  readonly width: number;
  readonly height: number;
  readonly #pixels: Uint32Array;
  readonly #blurred = new Map<number, Uint32Array>();
  #grey: Uint8Array | undefined;

  constructor(picture: Picture) {
    this.picture = picture;
    this.width = picture.width;
    this.height = picture.height;
    this.#pixels = pixelsOf(picture);
  }

  /** 0xAABBGGRR each, blurred by boxes of that radius; 0 is not at all. */
  pixels(blur: number): Uint32Array {
    if (blur === 0) return this.#pixels;
    const blurred = this.#blurred.get(blur) ?? boxBlurred(this.#pixels, this.width, this.height, blur);
    this.#blurred.set(blur, blurred);
    return blurred;
  }

  /** As needles see it. */
  get grey(): Uint8Array {
    this.#grey ??= smoothGrey(this.#pixels, this.width, this.height);
    return this.#grey;
  }
}
