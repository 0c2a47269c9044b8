import { fail, GRADIENT, PALETTE, s, TIGHT_INDEX } from './layout';
import { addressOf, bytesOfKind, colourOf, OPAQUE, RGB, valueAt } from './pixels';
import { bitRows } from './indices';

/** The palette filter, rfbproto "PaletteFilter": rows of indices that are complete. Unused entries of the palette are 0. */
export function paletteRows(at: usize, end: usize): usize {
  const width = s.width;
  if (s.paletteSize == 2) {
    const rowLength = (width + 7) >> 3;
    const height = rowLength == 0 ? 0 : min(s.height - s.row, <i32>(end - at) / rowLength);
    bitRows(at, addressOf(s.x, s.y + s.row), width, height);
    s.row += height;
    return at + height * rowLength;
  }
  for (; s.row < s.height && <i32>(end - at) >= width; s.row++, at += width) {
    if (indices(at, addressOf(s.x, s.y + s.row), width) != OPAQUE) return badIndex(at, width);
  }
  return at;
}

function indices(at: usize, to: usize, width: i32): u32 {
  let all = OPAQUE;
  for (; width >= 4; width -= 4, at += 4, to += 16) {
    const four: u32 = load<u32>(at);
    const a = load<u32>(PALETTE + ((four & 255) << 2));
    const b = load<u32>(PALETTE + (((four >> 8) & 255) << 2));
    const c = load<u32>(PALETTE + (((four >> 16) & 255) << 2));
    const d = load<u32>(PALETTE + ((four >> 24) << 2));
    store<u32>(to, a);
    store<u32>(to, b, 4);
    store<u32>(to, c, 8);
    store<u32>(to, d, 12);
    all &= a & b & (c & d);
  }
  for (; width > 0; width--, at++, to += 4) {
    const colour = load<u32>(PALETTE + (<usize>load<u8>(at) << 2));
    store<u32>(to, colour);
    all &= colour;
  }
  return all & OPAQUE;
}

function badIndex(at: usize, width: i32): usize {
  for (let x = 0; x < width; x++) {
    const index: i32 = load<u8>(at + x);
    if (index >= s.paletteSize) return fail(TIGHT_INDEX, index, s.row, s.paletteSize);
  }
  return unreachable();
}

/** The gradient filter, rfbproto "GradientFilter": rows that are complete. */
export function gradientRows(at: usize, end: usize): usize {
  const rowLength = s.width * bytesOfKind(s.tpixelKind);
  for (; s.row < s.height && <i32>(end - at) >= rowLength; s.row++, at += rowLength) {
    const to = addressOf(s.x, s.y + s.row);
    if (s.tpixelKind == RGB) packedRow(at, to);
    else row(at, to);
  }
  return at;
}

/** Eight bits a channel: the row above is in the framebuffer as it was predicted from. */
function packedRow(at: usize, to: usize): void {
  const stride = s.stride;
  const first = s.row == 0;
  let left = i16x8.splat(0);
  let aboveLeft = left;
  for (const end = to + (s.width << 2); to < end; to += 4, at += 3) {
    const above = first ? i16x8.splat(0) : i16x8.extend_low_i8x16_u(v128.load32_zero(to - stride));
    const predicted = i16x8.sub(i16x8.add(left, above), aboveLeft);
    const clamped = i8x16.narrow_i16x8_u(predicted, predicted);
    const sum = i8x16.add(clamped, v128.load32_zero(at));
    store<u32>(to, i32x4.extract_lane(sum, 0) | OPAQUE);
    left = i16x8.extend_low_i8x16_u(sum);
    aboveLeft = above;
  }
}

/** Forgets the rows of the rectangle before. */
export function beginGradient(): void {
  if (s.tpixelKind != RGB) memory.fill(GRADIENT, 0, 2 * channelRow());
}

/** Bytes of a row of channels, 16 bits each, with one column of zeroes at the left. */
@inline
function channelRow(): usize {
  return (s.width + 1) * 6;
}

function row(at: usize, to: usize): void {
  const size = bytesOfKind(s.tpixelKind);
  let current = GRADIENT + (s.row & 1 ? channelRow() : 0);
  let above = GRADIENT + (s.row & 1 ? 0 : channelRow());
  for (let x = s.width; x > 0; x--, at += size, to += 4, current += 6, above += 6) {
    const difference = valueAt(at, size);
    const value =
      channel(current, above, difference, s.redMax, s.redShift) |
      channel(current + 2, above + 2, difference, s.greenMax, s.greenShift) |
      channel(current + 4, above + 4, difference, s.blueMax, s.blueShift);
    store<u32>(to, colourOf(value));
  }
}

/** Predicts and stores a channel of the pixel right of `current`; returns it shifted to its place. */
function channel(current: usize, above: usize, difference: u32, channelMax: i32, shift: i32): u32 {
  const predicted = <i32>load<u16>(current) + <i32>load<u16>(above, 6) - <i32>load<u16>(above);
  const clamped = max(0, min(channelMax, predicted));
  const sum = (clamped + <i32>((difference >> shift) & channelMax)) & channelMax;
  store<u16>(current, sum, 6);
  return sum << shift;
}
