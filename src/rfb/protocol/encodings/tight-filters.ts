import type { ByteReader } from '../../bytes/byte-reader.ts';
import { ProtocolError } from '../../errors.ts';
import { describeRect, type Rect } from '../rect.ts';
import type { DecodeTarget } from './encoding.ts';
import { readPixels, unpackIndices } from './pixel-block.ts';
import { decodeRows } from './raw.ts';
import { decodeGradient } from './tight-gradient.ts';

const COPY = 0;
const PALETTE = 1;
const GRADIENT = 2;

/** A filter of basic compression, with what it read before the data. */
interface Filter {
  /** Of the data, before compression. */
  readonly length: number;
  decode(data: ByteReader): Promise<void>;
}

/** Reads the filter-id (where one `follows`) and its parameters. */
export async function readFilter(
  reader: ByteReader,
  rect: Rect,
  target: DecodeTarget,
  follows: boolean,
): Promise<Filter> {
  let id = COPY;
  if (follows) {
    if (!reader.has(1)) await reader.need(1);
    id = reader.u8();
  }
  const length = rect.width * rect.height * target.pixels.bytesPerTpixel;
  switch (id) {
    case COPY:
      return { length, decode: (data) => decodeRows(data, rect, target, 'tpixel') };
    case PALETTE:
      return readPalette(reader, rect, target);
    case GRADIENT:
      if (!target.pixels.format.trueColour) {
        throw new ProtocolError(
          'BAD_SUBENCODING',
          `tight gradient filter for ${describeRect(rect)} of colour-map pixels`,
        );
      }
      return { length, decode: (data) => decodeGradient(data, rect, target) };
    default:
      throw new ProtocolError('BAD_SUBENCODING', `tight filter ${id} for ${describeRect(rect)}: there are 0, 1 and 2`);
  }
}

async function readPalette(reader: ByteReader, rect: Rect, { framebuffer, pixels }: DecodeTarget): Promise<Filter> {
  if (!reader.has(1)) await reader.need(1);
  const size = reader.u8() + 1;
  if (size < 2) {
    // Whether its indices take one bit or eight is nowhere said.
    throw new ProtocolError(
      'BAD_SUBENCODING',
      `tight palette of ${size} colour for ${describeRect(rect)}: there are 2 to 256`,
    );
  }
  const paletteLength = size * pixels.bytesPerTpixel;
  if (!reader.has(paletteLength)) await reader.need(paletteLength);
  const palette = new Uint32Array(size);
  readPixels(pixels, 'tpixel', reader.dataView(paletteLength), palette, size);
  const bits = size <= 2 ? 1 : 8;
  const rowLength = Math.ceil((rect.width * bits) / 8);
  return {
    length: rowLength * rect.height,
    async decode(data) {
      if (rowLength === 0) return;
      const colours = new Uint32Array(rect.width);
      for (let y = 0; y < rect.height; y++) {
        if (!data.has(rowLength)) await data.need(rowLength);
        const wrong = unpackIndices(data.view(rowLength), bits, rect.width, 1, palette, size, colours);
        if (wrong !== undefined) {
          throw new ProtocolError(
            'BAD_SUBENCODING',
            `tight palette index ${wrong} in row ${y} of ${describeRect(rect)}, the palette has ${size} colours`,
          );
        }
        framebuffer.blit({ x: rect.x, y: rect.y + y, width: rect.width, height: 1 }, colours);
      }
    },
  };
}
