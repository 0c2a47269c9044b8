import type { ByteReader } from '../../bytes/byte-reader.ts';
import { InflatedPayload, type InflateStream } from '../../bytes/inflate-stream.ts';
import { ProtocolError, RfbError } from '../../errors.ts';
import { maxCompressedLength } from '../limits.ts';
import { describeRect, type Rect } from '../rect.ts';

/**
 * Lets `read` take a rectangle's pixels from `length` compressed bytes. They must inflate to what it reads, which is at most
 * `limit` bytes.
 */
export async function readCompressed(
  reader: ByteReader,
  stream: InflateStream,
  { name, rect, length, limit }: { name: string; rect: Rect; length: number; limit: number },
  read: (inflated: ByteReader) => Promise<void>,
): Promise<void> {
  const maxLength = maxCompressedLength(limit);
  if (length > maxLength) {
    throw new ProtocolError(
      'BAD_LENGTH',
      `${name} announces ${length} compressed bytes for ${describeRect(rect)}, the limit is ${maxLength}`,
    );
  }
  const payload = new InflatedPayload(reader, length, stream, limit);
  try {
    await read(payload.reader);
    await payload.finish();
  } catch (error) {
    if (error instanceof RfbError && error.code === 'BAD_ZLIB') {
      error.message = `${name} rectangle ${describeRect(rect)}: ${error.message}`;
    }
    throw error;
  }
}
