import type { FileHandle } from 'node:fs/promises';

const WINDOW = 64 * 1024;

/** Reads a file from front to back, in larger pieces than are asked for. What the file does not hold is undefined. */
export class FileReader {
  readonly #file: FileHandle;
  #window: Uint8Array = new Uint8Array(0);
  #at = 0;
  position: number;

  constructor(file: FileHandle, position = 0) {
    this.#file = file;
    this.position = position;
  }

  /** Bytes at the end of the file that were too few. */
  get leftover(): number {
    return this.#window.length - this.#at;
  }

  async u32(): Promise<number | undefined> {
    const bytes = await this.bytes(4);
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  }

  /** The next `length` bytes, which the caller has found reasonable. */
  async bytes(length: number): Promise<Uint8Array | undefined> {
    while (this.#window.length - this.#at < length) {
      const more = Buffer.alloc(Math.max(WINDOW, length));
      const { bytesRead } = await this.#file.read(more, 0, more.length, this.position + this.#window.length - this.#at);
      if (bytesRead === 0) return undefined;
      this.#window = Buffer.concat([this.#window.subarray(this.#at), more.subarray(0, bytesRead)]);
      this.#at = 0;
    }
    const bytes = this.#window.subarray(this.#at, this.#at + length);
    this.#at += length;
    this.position += length;
    return bytes;
  }
}
