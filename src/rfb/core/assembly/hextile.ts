import { fail, HEXTILE_BACKGROUND, HEXTILE_BITS, HEXTILE_FOREGROUND, HEXTILE_SUBRECT, NEED_MORE, s, setSignal } from './layout';
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
  convert,
  fillNarrow,
  fillSmall,
  pixelAt,
  RGBX,
  Rgbx,
  Word,
  WORD,
} from './pixels';
import { nextTile } from './tiles';

const RAW: i32 = 1;
const BACKGROUND_SPECIFIED: i32 = 2;
const FOREGROUND_SPECIFIED: i32 = 4;
const ANY_SUBRECTS: i32 = 8;
const SUBRECTS_COLOURED: i32 = 16;

const SIDE: i32 = 16;

/** Hextile, RFC 6143 §7.7.4: the tiles that are complete. Colours are never 0: they are opaque. */
export function hextile(at: usize, end: usize): usize {
  switch (s.pixelKind) {
    case RGBX: return tiles<Rgbx>(at, end);
    case BGRX: return tiles<Bgrx>(at, end);
    case BYTE: return tiles<Byte>(at, end);
    case WORD: return tiles<Word>(at, end);
    case ANY_FOUR: return tiles<AnyFour>(at, end);
    default: return tiles<AnyThree>(at, end);
  }
}

function tiles<F>(at: usize, end: usize): usize {
  while (s.tileY < s.height) {
    s.tileWidth = min(SIDE, s.width - s.tileX);
    s.tileHeight = min(SIDE, s.height - s.tileY);
    const next = tile<F>(at, end, s.tileWidth, s.tileHeight);
    if (next == 0) return at;
    at = next;
    nextTile(SIDE);
  }
  return at;
}

/** One tile, or 0 where it is incomplete or wrong. */
@inline
function tile<F>(at: usize, end: usize, width: i32, height: i32): usize {
  if (at >= end) return more();
  const subencoding: i32 = load<u8>(at++);
  if (subencoding > 31) return fail(HEXTILE_BITS, subencoding);
  const stride = s.stride;
  const origin = addressOf(s.x + s.tileX, s.y + s.tileY);
  if (subencoding & RAW) {
    const length = width * height * bytesOf<F>();
    if (<i32>(end - at) < length) return more();
    convert<F>(at, origin, width, height, stride);
    return at + length;
  }
  const headLength =
    (subencoding & BACKGROUND_SPECIFIED ? bytesOf<F>() : 0) +
    (subencoding & FOREGROUND_SPECIFIED ? bytesOf<F>() : 0) +
    (subencoding & ANY_SUBRECTS ? 1 : 0);
  if (<i32>(end - at) < headLength) return more();
  let background = s.background;
  let foreground = s.foreground;
  if (subencoding & BACKGROUND_SPECIFIED) {
    background = pixelAt<F>(at);
    at += bytesOf<F>();
  }
  if (subencoding & FOREGROUND_SPECIFIED) {
    foreground = pixelAt<F>(at);
    at += bytesOf<F>();
  }
  if (background == 0) return fail(HEXTILE_BACKGROUND, subencoding);
  if (subencoding & ANY_SUBRECTS) {
    const count: i32 = load<u8>(at++);
    const coloured = (subencoding & SUBRECTS_COLOURED) != 0;
    if (!coloured && foreground == 0) return fail(HEXTILE_FOREGROUND, subencoding);
    const subrectsEnd = at + count * (coloured ? bytesOf<F>() + 2 : 2);
    if (subrectsEnd > end) return more();
    fillNarrow(origin, width, height, stride, i32x4.splat(background));
    if (coloured) {
      for (; at < subrectsEnd; at += bytesOf<F>() + 2) {
        if (!subrect(at + bytesOf<F>(), pixelAt<F>(at), origin, stride, width, height)) return 0;
      }
    } else {
      for (; at < subrectsEnd; at += 2) if (!subrect(at, foreground, origin, stride, width, height)) return 0;
    }
  } else {
    fillNarrow(origin, width, height, stride, i32x4.splat(background));
  }
  s.background = background;
  s.foreground = foreground;
  return at;
}

@inline
function subrect(at: usize, colour: u32, origin: usize, stride: i32, tileWidth: i32, tileHeight: i32): bool {
  const position: i32 = load<u8>(at);
  const size: i32 = load<u8>(at, 1);
  const x = position >> 4;
  const y = position & 15;
  const width = (size >> 4) + 1;
  const height = (size & 15) + 1;
  if (((tileWidth - x - width) | (tileHeight - y - height)) < 0) {
    fail(HEXTILE_SUBRECT, x, y, width, height);
    return false;
  }
  const to = origin + y * stride + (x << 2);
  if (width <= 4) fillSmall(to, width, height, stride, colour);
  else fillNarrow(to, width, height, stride, i32x4.splat(colour));
  return true;
}

function more(): usize {
  setSignal(NEED_MORE);
  return 0;
}
