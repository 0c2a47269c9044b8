import type { ByteReader } from '../../bytes/byte-reader.ts';
import type { Framebuffer } from '../framebuffer.ts';
import type { PixelReader } from '../pixel-reader.ts';
import type { Rect } from '../rect.ts';

/** An encoding of pixels, RFC 6143 §7.7. One file each, one line in index.ts. */
export interface Encoding {
  /** The number on the wire. */
  readonly type: number;
  /** What `--encodings` accepts. */
  readonly name: string;
  /** Called once for a connection: zlib streams belong to it. */
  createDecoder(): RectDecoder;
}

/** Keeps the name's literal type, for `EncodingName`. */
export const defineEncoding = <const Name extends string>(encoding: Encoding & { readonly name: Name }) => encoding;

export interface RectDecoder {
  /** Reads one rectangle's payload and paints it. `rect` is inside the framebuffer. */
  decode(reader: ByteReader, rect: Rect, target: DecodeTarget): Promise<void>;
  /** Frees what the garbage collector does not. */
  close?(): void;
}

export interface DecodeTarget {
  readonly framebuffer: Framebuffer;
  readonly pixels: PixelReader;
}
