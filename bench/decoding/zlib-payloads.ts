import type { Stream } from '../streams.ts';

/** What one zlib stream of a recording carried, in order. */
export type ZlibStream = readonly Uint8Array[];

/**
 * The compressed payloads of a recording, per zlib stream; undefined where a rectangle's end cannot be found without
 * decoding it (Hextile, TRLE). Only lengths are read here, with as little checking as a good recording needs.
 */
export function zlibPayloads(
  { pixelFormat }: Pick<Stream, 'pixelFormat'>,
  bytes: Uint8Array,
): ZlibStream[] | undefined {
  const walk = new Walk(bytes, pixelFormat.bitsPerPixel / 8);
  return walk.messages() && walk.streams.length > 0 ? walk.streams : undefined;
}

class Walk {
  readonly streams: Uint8Array[][] = [];
  readonly #bytes: Uint8Array;
  readonly #data: DataView;
  readonly #pixelLength: number;
  readonly #open = new Map<string, Uint8Array[]>();
  #at = 0;

  constructor(bytes: Uint8Array, pixelLength: number) {
    this.#bytes = bytes;
    this.#data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#pixelLength = pixelLength;
  }

  messages(): boolean {
    while (this.#at < this.#bytes.length) {
      if (this.#data.getUint8(this.#at) !== 0) return false;
      const count = this.#data.getUint16(this.#at + 2);
      this.#at += 4;
      for (let i = 0; i < count; i++) {
        const width = this.#data.getUint16(this.#at + 4);
        const height = this.#data.getUint16(this.#at + 6);
        const type = this.#data.getInt32(this.#at + 8);
        this.#at += 12;
        if (type === LAST_RECT) break;
        if (!this.#rect(type, width, height)) return false;
      }
    }
    return true;
  }

  #rect(type: number, width: number, height: number): boolean {
    switch (type) {
      case 0:
        this.#at += width * height * this.#pixelLength;
        return true;
      case 1:
        this.#at += 4;
        return true;
      case 6:
      case 16: {
        const length = this.#data.getUint32(this.#at);
        this.#at += 4;
        this.#payload(`${type}`, length);
        return true;
      }
      case CURSOR:
        this.#at += width * height * this.#pixelLength + ((width + 7) >> 3) * height;
        return true;
      case 7:
        this.#tight(width, height);
        return true;
      default:
        return false;
    }
  }

  /** rfbproto "Tight Encoding". */
  #tight(width: number, height: number): void {
    const control = this.#u8();
    for (let id = 0; id < 4; id++) if (control & (1 << id)) this.#open.delete(`tight ${id}`);
    const kind = control >> 4;
    const pixelLength = this.#pixelLength === 4 ? 3 : this.#pixelLength;
    if (kind === TIGHT_FILL) {
      this.#at += pixelLength;
      return;
    }
    if (kind === TIGHT_JPEG) {
      this.#skip(this.#compactLength());
      return;
    }
    const filter = kind & 4 ? this.#u8() : 0;
    let rowLength = width * pixelLength;
    if (filter === TIGHT_PALETTE) {
      const colours = this.#u8() + 1;
      this.#at += colours * pixelLength;
      rowLength = colours === 2 ? (width + 7) >> 3 : width;
    }
    const length = rowLength * height;
    if (length < 12) this.#at += length;
    else this.#payload(`tight ${kind & 3}`, this.#compactLength());
  }

  #payload(stream: string, length: number): void {
    let payloads = this.#open.get(stream);
    if (!payloads) {
      payloads = [];
      this.#open.set(stream, payloads);
      this.streams.push(payloads);
    }
    payloads.push(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
  }

  #skip(length: number): void {
    this.#at += length;
  }

  #compactLength(): number {
    const first = this.#u8();
    if (first < 128) return first;
    const second = this.#u8();
    const low = (first & 127) | ((second & 127) << 7);
    return second < 128 ? low : low | (this.#u8() << 14);
  }

  #u8(): number {
    return this.#data.getUint8(this.#at++);
  }
}

const LAST_RECT = -224;
const CURSOR = -239;
const TIGHT_FILL = 8;
const TIGHT_JPEG = 9;
const TIGHT_PALETTE = 1;
