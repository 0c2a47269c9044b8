import type { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import type { Framebuffer } from '../../rfb/protocol/framebuffer.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import type { PixelWriter } from '../pixel-writer.ts';

/** An encoding that the server can send, RFC 6143 §7.7. One file each, one line in index.ts. */
export interface EncoderType {
  /** The number on the wire. */
  readonly type: number;
  /** What `--encodings` accepts. */
  readonly name: string;
  /** How wide and high a rectangle may be; without it as large as the framebuffer. */
  readonly maxSide?: number;
  /** Called once for a connection: zlib streams belong to it. */
  createEncoder(): RectEncoder;
}

export interface RectEncoder {
  /** Appends the payload of one rectangle, which is inside the framebuffer. */
  encode(out: ByteWriter, rect: Rect, source: EncodeSource): void;
}

export interface EncodeSource {
  readonly framebuffer: Framebuffer;
  readonly pixels: PixelWriter;
}
