import { FRAMEBUFFER, LUT16, LUT8, s, State } from './layout';

// How pixels lie on the wire: what the functions below are compiled for, once each.

/** R, G, B and a byte that says nothing: PIXEL of the format that we ask for. */
export type Rgbx = u32;
/** R, G, B: its CPIXEL and TPIXEL. */
export type Rgb = i32;
/** One byte, two bytes: looked up. */
export type Byte = u8;
export type Word = u16;
/** B, G, R and a byte that says nothing: what most servers have by themselves. B, G, R: its CPIXEL. */
export type Bgrx = u64;
export type Bgr = i64;
/** Four bytes, three bytes, any other way. */
export type AnyFour = f32;
export type AnyThree = f64;

/** The numbers that stand for them in the state. */
export const RGBX: i32 = 0;
export const RGB: i32 = 1;
export const BYTE: i32 = 2;
export const WORD: i32 = 3;
export const ANY_FOUR: i32 = 4;
export const ANY_THREE: i32 = 5;
export const BGRX: i32 = 6;
export const BGR: i32 = 7;

export const OPAQUE: u32 = 0xff000000;

/** How many bytes a pixel takes. */
@inline
export function bytesOf<F>(): i32 {
  if (isFloat<F>()) return sizeof<F>() == 4 ? 4 : 3;
  if (isSigned<F>()) return 3;
  return sizeof<F>() == 8 ? 4 : <i32>sizeof<F>();
}

export function bytesOfKind(kind: i32): i32 {
  if (kind == RGBX || kind == BGRX || kind == ANY_FOUR) return 4;
  if (kind == BYTE) return 1;
  return kind == WORD ? 2 : 3;
}

@inline
function isSwapped<F>(): bool {
  return !isFloat<F>() && sizeof<F>() == 8;
}

/** The pixel at `at` in the framebuffer's layout. May load a byte more than the pixel has. */
@inline
export function pixelAt<F>(at: usize): u32 {
  if (isFloat<F>()) return anyPixel(at, bytesOf<F>());
  if (sizeof<F>() == 1) return load<u32>(LUT8 + ((<usize>load<u8>(at)) << 2));
  if (sizeof<F>() == 2) return load<u32>(LUT16 + ((<usize>load<u16>(at)) << 2));
  if (isSwapped<F>()) return (bswap<u32>(load<u32>(at)) >> 8) | OPAQUE;
  return load<u32>(at) | OPAQUE;
}

/** Chooses what `AnyFour` and `AnyThree` mean until the next call: PIXEL, or CPIXEL when `compact`. */
@inline
export function chooseAny(compact: bool): void {
  const kind = compact ? s.cpixelKind : s.pixelKind;
  if (kind == ANY_FOUR || kind == ANY_THREE) describeAny(compact);
}

function describeAny(compact: bool): void {
  const bytes = compact ? s.cpixelBytes : s.pixelBytes;
  s.anyShift = compact ? s.cpixelShift : 0;
  s.swizzled = bytes >= 0 ? bytes + 1 : 0;
  if (bytes < 0) return;
  const step = bytesOfKind(compact ? s.cpixelKind : s.pixelKind);
  for (let i = 0; i < 16; i++) {
    const channel = i & 3;
    const from = channel == 3 ? 0xff : (i >> 2) * step + ((bytes >> (channel * 8)) & 0xff);
    store<u8>(changetype<usize>(s) + offsetof<State>('swizzleLow') + i, from);
  }
}

@inline
function swizzle(): v128 {
  return v128.load(changetype<usize>(s), offsetof<State>('swizzleLow'));
}

function anyPixel(at: usize, bytes: i32): u32 {
  if (s.swizzled) return i32x4.extract_lane(i8x16.swizzle(v128.load32_zero(at), swizzle()), 0) | OPAQUE;
  return colourOf(valueAt(at, bytes) << s.anyShift);
}

/** The number that `bytes` bytes are in the format's byte order. */
export function valueAt(at: usize, bytes: i32): u32 {
  if (bytes == 1) return load<u8>(at);
  if (bytes == 2) return s.bigEndian ? bswap<u16>(load<u16>(at)) : load<u16>(at);
  if (bytes == 4) return s.bigEndian ? bswap<u32>(load<u32>(at)) : load<u32>(at);
  const value = load<u32>(at);
  return s.bigEndian ? bswap<u32>(value) >> 8 : value & 0xffffff;
}

/** Scales the channels of a true-colour value: floor(value * 255 / max). */
export function colourOf(value: u32): u32 {
  const red = (((value >> s.redShift) & s.redMax) * 255) / <u32>s.redMax;
  const green = (((value >> s.greenShift) & s.greenMax) * 255) / <u32>s.greenMax;
  const blue = (((value >> s.blueShift) & s.blueMax) * 255) / <u32>s.blueMax;
  return OPAQUE | (blue << 16) | (green << 8) | red;
}

/** Converts four pixels. May load some bytes beyond them. */
@inline
function convertFour<F>(from: usize, to: usize): void {
  if (isFloat<F>() && s.swizzled) {
    v128.store(to, v128.or(i8x16.swizzle(v128.load(from), swizzle()), i32x4.splat(OPAQUE)));
  } else if (isSwapped<F>()) {
    let four = v128.load(from);
    if (isSigned<F>()) four = i8x16.shuffle(four, four, 2, 1, 0, 3, 5, 4, 3, 6, 8, 7, 6, 9, 11, 10, 9, 12);
    else four = i8x16.shuffle(four, four, 2, 1, 0, 3, 6, 5, 4, 7, 10, 9, 8, 11, 14, 13, 12, 15);
    v128.store(to, v128.or(four, i32x4.splat(OPAQUE)));
  } else if (!isFloat<F>() && sizeof<F>() == 4) {
    let four = v128.load(from);
    if (isSigned<F>()) four = i8x16.shuffle(four, four, 0, 1, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9, 9, 10, 11, 12);
    v128.store(to, v128.or(four, i32x4.splat(OPAQUE)));
  } else {
    store<u32>(to, pixelAt<F>(from));
    store<u32>(to, pixelAt<F>(from + bytesOf<F>()), 4);
    store<u32>(to, pixelAt<F>(from + 2 * bytesOf<F>()), 8);
    store<u32>(to, pixelAt<F>(from + 3 * bytesOf<F>()), 12);
  }
}

/** Converts `height` rows of `width` pixels that lie one after the other, into rows `stride` bytes apart. */
export function convert<F>(from: usize, to: usize, width: i32, height: i32, stride: i32): void {
  if (width < 4) {
    for (; height > 0; height--, to += stride) {
      for (let x = 0; x < width; x++, from += bytesOf<F>()) store<u32>(to + (x << 2), pixelAt<F>(from));
    }
    return;
  }
  if (width < 48) {
    const length = (width - 4) * bytesOf<F>();
    for (; height > 0; height--, to += stride) {
      const last = from + length;
      let next = to;
      for (; from < last; from += 4 * bytesOf<F>(), next += 16) convertFour<F>(from, next);
      convertFour<F>(last, to + ((width - 4) << 2));
      from = last + 4 * bytesOf<F>();
    }
    return;
  }
  // The first four of a row may overlap with those that are aligned, and the last four end where the row does.
  const lastFrom = (width - 4) * bytesOf<F>();
  const lastTo = (width - 4) << 2;
  for (; height > 0; height--, to += stride, from += width * bytesOf<F>()) {
    const last = to + lastTo;
    convertFour<F>(from, to);
    const skipped = 4 - ((<i32>to >> 2) & 3);
    let at = from + skipped * bytesOf<F>();
    let next = to + (skipped << 2);
    for (const many = last - 44; next < many; next += 64, at += 16 * bytesOf<F>()) {
      convertFour<F>(at, next);
      convertFour<F>(at + 4 * bytesOf<F>(), next + 16);
      convertFour<F>(at + 8 * bytesOf<F>(), next + 32);
      convertFour<F>(at + 12 * bytesOf<F>(), next + 48);
    }
    for (; next < last; next += 16, at += 4 * bytesOf<F>()) convertFour<F>(at, next);
    convertFour<F>(from + lastFrom, last);
  }
}

/** `convert` for a kind that is known only now. */
export function convertKind(kind: i32, from: usize, to: usize, width: i32, height: i32, stride: i32): void {
  switch (kind) {
    case RGBX: return convert<Rgbx>(from, to, width, height, stride);
    case RGB: return convert<Rgb>(from, to, width, height, stride);
    case BYTE: return convert<Byte>(from, to, width, height, stride);
    case WORD: return convert<Word>(from, to, width, height, stride);
    case BGRX: return convert<Bgrx>(from, to, width, height, stride);
    case BGR: return convert<Bgr>(from, to, width, height, stride);
    case ANY_FOUR: return convert<AnyFour>(from, to, width, height, stride);
    default: return convert<AnyThree>(from, to, width, height, stride);
  }
}

export function pixelOfKind(kind: i32, at: usize): u32 {
  switch (kind) {
    case RGBX: return pixelAt<Rgbx>(at);
    case RGB: return pixelAt<Rgb>(at);
    case BYTE: return pixelAt<Byte>(at);
    case WORD: return pixelAt<Word>(at);
    case BGRX: return pixelAt<Bgrx>(at);
    case BGR: return pixelAt<Bgr>(at);
    case ANY_FOUR: return pixelAt<AnyFour>(at);
    default: return pixelAt<AnyThree>(at);
  }
}

@inline
export function addressOf(x: i32, y: i32): usize {
  return FRAMEBUFFER + y * s.stride + (x << 2);
}

/** Paints a rectangle in one colour, by stores that overlap where its width is no multiple of four. */
export function fill(at: usize, width: i32, height: i32, colour: u32): void {
  if (width <= 0 || height <= 0) return;
  const stride = s.stride;
  const four = i32x4.splat(colour);
  if (width > 16) {
    for (; height > 0; height--, at += stride) fillRow(at, width, four);
  } else {
    fillNarrow(at, width, height, stride, four);
  }
}

/** `fill` for up to sixteen pixels a row. */
@inline
export function fillNarrow(at: usize, width: i32, height: i32, stride: i32, four: v128): void {
  if (width >= 4) {
    const last = at + (width << 2) - 16;
    const back = last - at;
    if (width <= 8) {
      for (; height > 0; height--, at += stride) {
        v128.store(at, four);
        v128.store(at + back, four);
      }
    } else if (width == 16) {
      for (; height > 0; height--, at += stride) {
        v128.store(at, four);
        v128.store(at, four, 16);
        v128.store(at, four, 32);
        v128.store(at, four, 48);
      }
    } else {
      // Of 9 to 15 pixels the two stores in the middle overlap.
      const middle = back - 16;
      for (; height > 0; height--, at += stride) {
        v128.store(at, four);
        v128.store(at, four, 16);
        v128.store(at + middle, four);
        v128.store(at + back, four);
      }
    }
  } else if (width == 1) {
    for (; height > 0; height--, at += stride) v128.store32_lane(at, four, 0);
  } else if (width == 2) {
    for (; height > 0; height--, at += stride) v128.store64_lane(at, four, 0);
  } else {
    for (; height > 0; height--, at += stride) {
      v128.store64_lane(at, four, 0);
      v128.store32_lane(at, four, 0, 8);
    }
  }
}

/**
 * `fill` for one to four pixels a row. Most subrectangles have fewer than three rows too, and nothing foretells how many of
 * either: so all sizes take the same way, in which stores are repeated, and no branch is guessed wrong.
 */
@inline
export function fillSmall(at: usize, width: i32, height: i32, stride: i32, colour: u32): void {
  const last = (width - 1) << 2;
  const second = min(last, 4);
  const third = min(last, 8);
  fillFour(at, second, third, last, colour);
  fillFour(at + (height > 1 ? stride : 0), second, third, last, colour);
  while (height > 2) {
    height--;
    fillFour(at + height * stride, second, third, last, colour);
  }
}

@inline
function fillFour(at: usize, second: i32, third: i32, last: i32, colour: u32): void {
  store<u32>(at, colour);
  store<u32>(at + second, colour);
  store<u32>(at + third, colour);
  store<u32>(at + last, colour);
}

/** At least four pixels. */
@inline
function fillRow(at: usize, width: i32, four: v128): void {
  const last = at + (width << 2) - 16;
  for (const many = last - 48; at < many; at += 64) {
    v128.store(at, four);
    v128.store(at, four, 16);
    v128.store(at, four, 32);
    v128.store(at, four, 48);
  }
  for (; at < last; at += 16) v128.store(at, four);
  v128.store(last, four);
}
