import { be16, be32, fail, NEED_MORE, s, setSignal, SUBRECT_COUNT, SUBRECT_OUTSIDE, SUBRECTS_OVER_AND_OVER } from './layout';
import {
  addressOf,
  ANY_FOUR,
  AnyFour,
  AnyThree,
  BGRX,
  Bgrx,
  Byte,
  BYTE,
  bytesOf,
  bytesOfKind,
  fill,
  fillSmall,
  pixelAt,
  pixelOfKind,
  RGBX,
  Rgbx,
  Word,
  WORD,
} from './pixels';

/** See src/rfb/protocol/limits.ts. */
const MAX_SUBRECT_OVERPAINT: i32 = 8;

/** The count and the background of RRE (RFC 6143 §7.7.3) and CoRRE (rfbproto). */
export function rreHeader(at: usize, end: usize): usize {
  const size = bytesOfKind(s.pixelKind);
  if (<i32>(end - at) < 4 + size) {
    setSignal(NEED_MORE);
    return at;
  }
  const count = be32(at);
  if (count > <u32>(s.width * s.height)) return fail(SUBRECT_COUNT, count);
  s.left = count;
  s.paintable = s.width * s.height * MAX_SUBRECT_OVERPAINT;
  fill(addressOf(s.x, s.y), s.width, s.height, pixelOfKind(s.pixelKind, at + 4));
  return at + 4 + size;
}

/** Paints the subrectangles that are complete; a CoRRE's geometry is bytes. */
export function subrects(at: usize, end: usize, small: bool): usize {
  switch (s.pixelKind) {
    case RGBX: return small ? paint<Rgbx, u8>(at, end) : paint<Rgbx, u16>(at, end);
    case BGRX: return small ? paint<Bgrx, u8>(at, end) : paint<Bgrx, u16>(at, end);
    case BYTE: return small ? paint<Byte, u8>(at, end) : paint<Byte, u16>(at, end);
    case WORD: return small ? paint<Word, u8>(at, end) : paint<Word, u16>(at, end);
    case ANY_FOUR: return small ? paint<AnyFour, u8>(at, end) : paint<AnyFour, u16>(at, end);
    default: return small ? paint<AnyThree, u8>(at, end) : paint<AnyThree, u16>(at, end);
  }
}

function paint<F, G>(at: usize, end: usize): usize {
  const size = bytesOf<F>() + 4 * <i32>sizeof<G>();
  const origin = addressOf(s.x, s.y);
  const stride = s.stride;
  const outerWidth = s.width;
  const outerHeight = s.height;
  let left = s.left;
  let paintable = s.paintable;
  for (; left > 0; left--, at += size) {
    if (<i32>(end - at) < size) {
      setSignal(NEED_MORE);
      break;
    }
    const geometry = at + bytesOf<F>();
    const x = sizeof<G>() == 1 ? <i32>load<u8>(geometry) : be16(geometry);
    const y = sizeof<G>() == 1 ? <i32>load<u8>(geometry, 1) : be16(geometry + 2);
    const width = sizeof<G>() == 1 ? <i32>load<u8>(geometry, 2) : be16(geometry + 4);
    const height = sizeof<G>() == 1 ? <i32>load<u8>(geometry, 3) : be16(geometry + 6);
    if (x + width > outerWidth || y + height > outerHeight) return fail(SUBRECT_OUTSIDE, x, y, width, height);
    paintable -= width * height;
    if (paintable < 0) return fail(SUBRECTS_OVER_AND_OVER, MAX_SUBRECT_OVERPAINT);
    const to = origin + y * stride + (x << 2);
    const colour = pixelAt<F>(at);
    if (<u32>(width - 1) < 4 && height > 0) fillSmall(to, width, height, stride, colour);
    else fill(to, width, height, colour);
  }
  s.left = left;
  s.paintable = paintable;
  return at;
}
