import type { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { DeflateStream } from '../deflate-stream.ts';
import type { PixelWriter } from '../pixel-writer.ts';
import type { EncoderType, RectEncoder } from './encoder.ts';
import { packIndexes, readTile } from './tile.ts';

const FILL = 0x80;
const FILTER_FOLLOWS = 0x40;
const PALETTE_FILTER = 1;

/** The streams that TightVNC's server uses: full colour, two colours, more colours. */
const FULL_COLOUR = 0;
const TWO_COLOURS = 1;
const PALETTE = 2;

/** Shorter data is not compressed. */
const MIN_COMPRESSED = 12;

/** Tight, rfbproto "Tight Encoding": one colour, a palette of up to 256, or full colour; without loss, so without JPEG. */
export const tight: EncoderType = {
  type: 7,
  name: 'tight',
  // So that no length is above the 4 MiB that can be written.
  maxSide: 1024,
  createEncoder: () => new TightEncoder(),
};

class TightEncoder implements RectEncoder {
  readonly #streams = [new DeflateStream(), new DeflateStream(), new DeflateStream()] as const;

  encode(
    out: ByteWriter,
    rect: Parameters<RectEncoder['encode']>[1],
    source: Parameters<RectEncoder['encode']>[2],
  ): void {
    const { framebuffer, pixels } = source;
    const tile = readTile(framebuffer, rect, pixels);
    const palette = [...new Set(tile.values)];
    const [only = 0] = palette;
    if (palette.length === 1) out.u8(FILL).bytes(tpixels([only], pixels));
    else if (palette.length > 256 || pixels.bytesPerPixel === 1) {
      out.u8(FULL_COLOUR << 4);
      this.#compressed(out, FULL_COLOUR, tpixels(tile.values, pixels));
    } else {
      const stream = palette.length === 2 ? TWO_COLOURS : PALETTE;
      out.u8(FILTER_FOLLOWS | (stream << 4)).u8(PALETTE_FILTER);
      out.u8(palette.length - 1).bytes(tpixels(palette, pixels));
      this.#compressed(out, stream, packIndexes(tile, palette, palette.length === 2 ? 1 : 8));
    }
  }

  #compressed(out: ByteWriter, stream: 0 | 1 | 2, bytes: Uint8Array): void {
    if (bytes.length < MIN_COMPRESSED) {
      out.bytes(bytes);
      return;
    }
    const compressed = this.#streams[stream].deflate(bytes);
    writeCompactLength(out, compressed.length);
    out.bytes(compressed);
  }
}

function tpixels(values: ArrayLike<number>, pixels: PixelWriter): Uint8Array {
  const bytes = new Uint8Array(values.length * pixels.bytesPerTpixel);
  const data = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) pixels.putTpixel(data, i * pixels.bytesPerTpixel, values[i] ?? 0);
  return bytes;
}

/** One to three bytes of 7, 7 and 8 bits, the least significant first. */
function writeCompactLength(out: ByteWriter, length: number): void {
  if (length < 1 << 7) out.u8(length);
  else if (length < 1 << 14) out.u8((length & 127) | 128).u8(length >> 7);
  else
    out
      .u8((length & 127) | 128)
      .u8(((length >> 7) & 127) | 128)
      .u8(length >> 14);
}
