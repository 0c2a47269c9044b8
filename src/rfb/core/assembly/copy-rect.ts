import { be16, COPY_SOURCE_OUTSIDE, fail, NEED_MORE, s, setSignal } from './layout';
import { addressOf } from './pixels';

/** CopyRect, RFC 6143 §7.7.2. */
export function copyRect(at: usize, end: usize): usize {
  if (end - at < 4) {
    setSignal(NEED_MORE);
    return at;
  }
  const sourceX = be16(at);
  const sourceY = be16(at + 2);
  if (sourceX + s.width > s.framebufferWidth || sourceY + s.height > s.framebufferHeight) {
    return fail(COPY_SOURCE_OUTSIDE, sourceX, sourceY);
  }
  const length = s.width << 2;
  let step = s.stride;
  let from = addressOf(sourceX, sourceY);
  let to = addressOf(s.x, s.y);
  if (s.y > sourceY) {
    // Downwards the last row goes first, so that none is overwritten before it has moved.
    from += (s.height - 1) * step;
    to += (s.height - 1) * step;
    step = -step;
  }
  for (let i = s.height; i > 0; i--, from += step, to += step) memory.copy(to, from, length);
  return at + 4;
}
