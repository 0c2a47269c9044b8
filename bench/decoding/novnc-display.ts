import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** noVNC's Display, without a browser: what its decoders call, drawn into bytes by the quickest means that Node has. */
export class HeadlessDisplay {
  readonly pixels: Uint32Array;
  readonly #bytes: Uint8Array;
  readonly #width: number;
  readonly #decodeJpeg: DecodeJpeg;

  constructor(width: number, height: number, decodeJpeg: DecodeJpeg) {
    this.#width = width;
    this.#decodeJpeg = decodeJpeg;
    // Touched, so that the pages are there before the clock starts.
    this.pixels = new Uint32Array(width * height).fill(0xff000000);
    this.#bytes = new Uint8Array(this.pixels.buffer);
  }

  fillRect(
    x: number,
    y: number,
    width: number,
    height: number,
    [red = 0, green = 0, blue = 0]: ArrayLike<number> & Iterable<number>,
  ): void {
    const colour = (0xff000000 | (blue << 16) | (green << 8) | red) >>> 0;
    let at = y * this.#width + x;
    for (let row = 0; row < height; row++, at += this.#width) this.pixels.fill(colour, at, at + width);
  }

  blitImage(x: number, y: number, width: number, height: number, source: Uint8Array, offset: number): void {
    let to = (y * this.#width + x) * 4;
    for (let row = 0, from = offset; row < height; row++, from += width * 4, to += this.#width * 4) {
      this.#bytes.set(source.subarray(from, from + width * 4), to);
    }
  }

  copyImage(fromX: number, fromY: number, x: number, y: number, width: number, height: number): void {
    for (let i = 0; i < height; i++) {
      const row = y > fromY ? height - 1 - i : i;
      const from = (fromY + row) * this.#width + fromX;
      this.pixels.copyWithin((y + row) * this.#width + x, from, from + width);
    }
  }

  imageRect(x: number, y: number, width: number, height: number, _mime: string, bytes: Uint8Array): void {
    const { data } = this.#decodeJpeg(bytes.slice().buffer, false);
    this.blitImage(x, y, width, height, new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 0);
  }

  flip(): void {}

  pending(): boolean {
    return false;
  }
}

type DecodeJpeg = (bytes: ArrayBufferLike, preserveOrientation: boolean) => { readonly data: Uint8ClampedArray };

/** A browser has a decoder of its own; here it is the one that the reference decoders use, called directly. */
export async function loadJpegDecoder(): Promise<DecodeJpeg> {
  const { resolve } = createRequire(import.meta.url);
  const factory = await import(pathToFileURL(resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.js')).href);
  const wasmBinary = await readFile(resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  const module = await factory.default({ noInitialRun: true, wasmBinary, print: () => {}, printErr: () => {} });
  return (bytes, preserveOrientation) => module.decode(bytes, preserveOrientation);
}
