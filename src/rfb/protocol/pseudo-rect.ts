import type { ByteReader } from '../bytes/byte-reader.ts';
import { ProtocolError } from '../errors.ts';
import { describeRect, type Rect } from './rect.ts';
import type { UpdateTarget } from './update-decoder.ts';

/** Where a rectangle stands in its update: the first is number 1. */
export interface RectPosition {
  readonly number: number;
  readonly count: number;
  /** Of its header in the stream. */
  readonly offset: number;
}

/**
 * Reads a rectangle that paints nothing.
 * @throws ProtocolError `UNKNOWN_ENCODING` when there is no pseudo-encoding of that type
 */
export async function receivePseudoRect(
  reader: ByteReader,
  target: UpdateTarget,
  rect: Rect,
  type: number,
  { number, count, offset }: RectPosition,
): Promise<void> {
  const pseudoEncoding = target.pseudoEncoding(type);
  if (!pseudoEncoding) {
    throw new ProtocolError(
      'UNKNOWN_ENCODING',
      `rectangle ${number} of ${count} (${describeRect(rect)}, stream offset ${offset}) has encoding ${type}, which was not asked for`,
    );
  }
  target.confirm(pseudoEncoding.name);
  await pseudoEncoding.apply?.(reader, rect, target);
}
