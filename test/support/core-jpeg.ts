import { join, resolve } from 'node:path';
import asc from 'assemblyscript/asc';

const root = resolve(import.meta.dirname, '../..');

export const jpegResults = ['OK', 'UNSUPPORTED', 'BROKEN', 'NEED_SCRATCH'] as const;
export type JpegResult = (typeof jpegResults)[number];

interface JpegExports {
  jpegScratchSize(length: number, width: number): number;
  jpegDecode(
    src: number,
    srcEnd: number,
    width: number,
    height: number,
    dst: number,
    strideBytes: number,
    scratch: number,
    scratchSize: number,
  ): number;
}

// Without the DOM's declarations there are none of WebAssembly.
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Memory: new (descriptor: { initial: number }) => { readonly buffer: ArrayBuffer };
    instantiate(bytes: Uint8Array, imports: object): Promise<{ readonly instance: { readonly exports: JpegExports } }>;
  };
};

const PAGE = 64 * 1024;
const PAGES = 512;
/** Around everything that may be written, in every direction, there is this much that may not. */
const GUARD = 4096;
const CANARY = 0xab;

/** The core's JPEG decoder alone, in a memory of its own whose every other byte it has to leave alone. */
export class CoreJpeg {
  readonly #exports: JpegExports;
  readonly #memory: Uint8Array;

  private constructor(exports: JpegExports, memory: Uint8Array) {
    this.#exports = exports;
    this.#memory = memory;
  }

  static async compile(): Promise<CoreJpeg> {
    let binary: Uint8Array | undefined;
    const options = ['--runtime', 'stub', '--enable', 'simd', '--importMemory', '--use', 'abort=', '-O3', '--noAssert'];
    const { error, stderr } = await asc.main(
      [join('src/rfb/core/assembly', 'jpeg.ts'), '--baseDir', root, '--outFile', 'jpeg.wasm', ...options],
      {
        writeFile: (_name: string, contents: Uint8Array | string) => {
          if (typeof contents !== 'string') binary = contents;
        },
      },
    );
    if (error || !binary) throw new Error(`the JPEG decoder does not compile:\n${stderr.toString()}`, { cause: error });
    const memory = new WebAssembly.Memory({ initial: PAGES });
    const { instance } = await WebAssembly.instantiate(binary, { env: { memory } });
    return new CoreJpeg(instance.exports, new Uint8Array(memory.buffer));
  }

  /** Throws where anything is written that is none of its business. */
  decode(
    bytes: Uint8Array,
    width: number,
    height: number,
    { gap = 12, scratchSize = this.#exports.jpegScratchSize(bytes.length, width) } = {},
  ): { readonly result: JpegResult; readonly rgba: Uint8Array } {
    const stride = width * 4 + gap;
    const src = PAGE;
    const dst = src + bytes.length + GUARD;
    const dstEnd = dst + height * stride;
    const scratch = dstEnd + GUARD;
    const end = scratch + scratchSize + GUARD;
    if (end > this.#memory.length) throw new RangeError(`a picture of ${width}x${height} takes ${end} bytes`);
    this.#memory.fill(CANARY, src, end);
    this.#memory.set(bytes, src);
    const code = this.#exports.jpegDecode(src, src + bytes.length, width, height, dst, stride, scratch, scratchSize);
    if (!bytes.every((byte, i) => this.#memory[src + i] === byte)) throw new Error('the source has changed');
    this.#assertUntouched(src + bytes.length, dst, 'before the pixels');
    const rgba = new Uint8Array(width * height * 4);
    for (let y = 0; y < height; y++) {
      const row = dst + y * stride;
      rgba.set(this.#memory.subarray(row, row + width * 4), y * width * 4);
      this.#assertUntouched(row + width * 4, row + stride, `behind row ${y}`);
    }
    this.#assertUntouched(dstEnd, scratch, 'behind the pixels');
    this.#assertUntouched(scratch + scratchSize, end, 'behind the scratch memory');
    const result = jpegResults[code];
    if (!result) throw new Error(`result ${code}`);
    return { result, rgba };
  }

  #assertUntouched(from: number, to: number, where: string): void {
    for (let at = from; at < to; at++) {
      if (this.#memory[at] !== CANARY) throw new Error(`a byte ${where} has changed, ${at - from} from its beginning`);
    }
  }
}
