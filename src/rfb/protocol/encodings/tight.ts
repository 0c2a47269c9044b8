import type { ByteReader } from '../../bytes/byte-reader.ts';
import { InflateStream } from '../../bytes/inflate-stream.ts';
import { ProtocolError } from '../../errors.ts';
import { decodeJpeg } from '../jpeg.ts';
import { describeRect, type Rect } from '../rect.ts';
import { type DecodeTarget, defineEncoding, type RectDecoder } from './encoding.ts';
import { readFilter } from './tight-filters.ts';
import { readCompressed } from './zlib-payload.ts';

const FILL = 8;
const JPEG = 9;
const FILTER_FOLLOWS = 4;

/** Shorter data is not compressed. */
const MIN_COMPRESSED = 12;

/** Tight, rfbproto "Tight Encoding". */
export const tight = defineEncoding({
  type: 7,
  name: 'tight',
  createDecoder: () => new TightDecoder(),
});

class TightDecoder implements RectDecoder {
  readonly #streams = [new InflateStream(), new InflateStream(), new InflateStream(), new InflateStream()] as const;

  async decode(reader: ByteReader, rect: Rect, target: DecodeTarget): Promise<void> {
    if (!reader.has(1)) await reader.need(1);
    const control = reader.u8();
    for (const [i, stream] of this.#streams.entries()) if (control & (1 << i)) stream.reset();
    const kind = control >> 4;
    if (kind < FILL) return this.#basic(reader, rect, target, kind);
    if (kind === FILL) return fill(reader, rect, target);
    if (kind === JPEG) return jpeg(reader, rect, target);
    throw new ProtocolError(
      'BAD_SUBENCODING',
      `tight compression control 0x${control.toString(16)} for ${describeRect(rect)}: the upper four bits are 0 to 9`,
    );
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }

  async #basic(reader: ByteReader, rect: Rect, target: DecodeTarget, kind: number): Promise<void> {
    const filter = await readFilter(reader, rect, target, (kind & FILTER_FOLLOWS) !== 0);
    if (filter.length < MIN_COMPRESSED) return filter.decode(reader);
    const stream = this.#streams[(kind & 3) as 0 | 1 | 2 | 3];
    const length = await readCompactLength(reader);
    await readCompressed(reader, stream, { name: 'tight', rect, length, limit: filter.length }, filter.decode);
  }
}

async function fill(reader: ByteReader, rect: Rect, { framebuffer, pixels }: DecodeTarget): Promise<void> {
  const { bytesPerTpixel } = pixels;
  if (!reader.has(bytesPerTpixel)) await reader.need(bytesPerTpixel);
  framebuffer.fill(rect, pixels.tpixel(reader.dataView(bytesPerTpixel), 0));
}

async function jpeg(reader: ByteReader, rect: Rect, { framebuffer }: DecodeTarget): Promise<void> {
  const length = await readCompactLength(reader);
  await reader.need(length);
  framebuffer.blit(rect, await decodeJpeg(reader.view(length), rect.width, rect.height));
}

/** One to three bytes of 7, 7 and 8 bits, the least significant first: below 4 MiB by construction. */
async function readCompactLength(reader: ByteReader): Promise<number> {
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    if (!reader.has(1)) await reader.need(1);
    const byte = reader.u8();
    if (shift === 14) return length | (byte << 14);
    length |= (byte & 127) << shift;
    if (byte < 128) return length;
  }
}
