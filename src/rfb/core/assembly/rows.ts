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
  while (available > 0 && s.row < s.height) {
    let width = s.width - s.column;
    let height = 1;
    if (s.column == 0 && available >= width) height = min(s.height - s.row, available / width);
    else width = min(width, available);
    convertKind(kind, at, addressOf(s.x + s.column, s.y + s.row), width, height, s.stride);
    at += width * height * size;
    available -= width * height;
    s.column += width;
    if (s.column == s.width) {
      s.column = 0;
      s.row += height;
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
