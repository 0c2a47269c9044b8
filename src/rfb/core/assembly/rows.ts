import { CONTINUE, NEED_MORE, s, setSignal } from './layout';
import { addressOf, bytesOfKind, convertKind } from './pixels';

export function beginRows(): void {
  s.column = 0;
  s.row = 0;
}

/** Whether all pixels of the rectangle are painted. */
@inline
export function rowsDone(): bool {
  return s.row >= s.height || s.width == 0;
}

/** Paints the pixels that are complete in `at` to `end`, row after row. Returns where the next begins. */
export function rows(kind: i32, at: usize, end: usize): usize {
  if (s.width == 0) return at;
  const size = bytesOfKind(kind);
  let available: i32 = <i32>(end - at) / size;
  if (s.column == 0 && s.width << 2 == s.stride && available >= s.width) {
    // Rows of the framebuffer's own width are one piece.
    const count = min(s.height - s.row, available / s.width);
    convertKind(kind, at, addressOf(s.x, s.y + s.row), count * s.width);
    s.row += count;
    at += count * s.width * size;
    available -= count * s.width;
  }
  while (available > 0 && s.row < s.height) {
    const count = min(s.width - s.column, available);
    convertKind(kind, at, addressOf(s.x + s.column, s.y + s.row), count);
    at += count * size;
    available -= count;
    s.column += count;
    if (s.column == s.width) {
      s.column = 0;
      s.row++;
    }
  }
  return at;
}

/** Raw, RFC 6143 §7.7.1. */
export function raw(at: usize, end: usize): usize {
  at = rows(s.pixelKind, at, end);
  setSignal(rowsDone() ? CONTINUE : NEED_MORE);
  return at;
}
