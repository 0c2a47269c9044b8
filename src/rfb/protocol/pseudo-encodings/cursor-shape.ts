import { ProtocolError } from '../../errors.ts';
import { MAX_CURSOR_SIDE } from '../limits.ts';
import { describeRect, type Rect } from '../rect.ts';

/** @throws ProtocolError `BAD_RECT` for a cursor above the limit */
export function assertCursorSize(rect: Rect): void {
  if (rect.width > MAX_CURSOR_SIDE || rect.height > MAX_CURSOR_SIDE) {
    throw new ProtocolError(
      'BAD_RECT',
      `cursor of ${describeRect(rect)}, the limit is ${MAX_CURSOR_SIDE} pixels a side`,
    );
  }
}

/** How long a bitmask of that size is: rows are padded to bytes. */
export function bitmaskLength({ width, height }: Rect): number {
  return Math.ceil(width / 8) * height;
}

/** Whether the pixel's bit in a bitmask is set; the most significant bit is the leftmost. */
export function maskBit(mask: Uint8Array, width: number, x: number, y: number): boolean {
  return (((mask[y * Math.ceil(width / 8) + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1;
}
