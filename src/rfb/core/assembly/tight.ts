import { jpegDecode, OK } from './jpeg';
import {
  fail,
  GRADIENT_OF_MAP,
  INPUT_SIZE,
  JPEG_FALLBACK,
  JPEG_SCRATCH,
  JPEG_SCRATCH_SIZE,
  NEED_MORE,
  NEED_WHOLE,
  PALETTE,
  s,
  setSignal,
  TIGHT_CONTROL,
  TIGHT_FILTER,
  TIGHT_PALETTE,
} from './layout';
import { addressOf, bytesOfKind, convertKind, fill, pixelOfKind } from './pixels';
import { beginRows } from './rows';
import { beginPayload, filtered, GRADIENTS, INDICES, resetStream, TIGHT, TPIXELS } from './streams';
import { beginGradient } from './tight-filters';

const FILL_CONTROL: i32 = 8;
const JPEG_CONTROL: i32 = 9;
const FILTER_FOLLOWS: i32 = 4;

const COPY_FILTER: i32 = 0;
const PALETTE_FILTER: i32 = 1;
const GRADIENT_FILTER: i32 = 2;

/** Shorter data is not compressed. */
const MIN_COMPRESSED: i32 = 12;

/** What follows the header of a Tight rectangle. */
export const NOTHING: i32 = 0;
export const PLAIN: i32 = 1;
export const COMPRESSED: i32 = 2;
export const PICTURE: i32 = 3;

export let follows: i32 = NOTHING;

/** Tight, rfbproto "Tight Encoding": all before the data, at most 1030 bytes. */
export function tightHeader(at: usize, end: usize): usize {
  const start = at;
  if (at >= end) return more(start);
  const control: i32 = load<u8>(at++);
  const kind = control >> 4;
  const size = bytesOfKind(s.tpixelKind);
  if (kind > JPEG_CONTROL) return fail(TIGHT_CONTROL, control);
  if (kind == FILL_CONTROL) {
    if (<i32>(end - at) < size) return more(start);
    resetStreams(control);
    fill(addressOf(s.x, s.y), s.width, s.height, pixelOfKind(s.tpixelKind, at));
    follows = NOTHING;
    return at + size;
  }
  if (kind == JPEG_CONTROL) {
    at = compactLength(at, end);
    if (at == 0) return more(start);
    resetStreams(control);
    s.payloadLength = s.dataLength;
    follows = PICTURE;
    return at;
  }
  let filter = COPY_FILTER;
  if (kind & FILTER_FOLLOWS) {
    if (at >= end) return more(start);
    filter = load<u8>(at++);
  }
  let length = s.width * s.height * size;
  let content = TPIXELS;
  if (filter == PALETTE_FILTER) {
    if (at >= end) return more(start);
    const count = <i32>load<u8>(at++) + 1;
    if (count < 2) return fail(TIGHT_PALETTE);
    if (<i32>(end - at) < count * size) return more(start);
    convertKind(s.tpixelKind, at, PALETTE, count, 1, 0);
    memory.fill(PALETTE + (count << 2), 0, (256 - count) << 2);
    at += count * size;
    s.paletteSize = count;
    length = (count == 2 ? (s.width + 7) >> 3 : s.width) * s.height;
    content = INDICES;
  } else if (filter == GRADIENT_FILTER) {
    if (!s.trueColour) return fail(GRADIENT_OF_MAP);
    content = GRADIENTS;
  } else if (filter != COPY_FILTER) {
    return fail(TIGHT_FILTER, filter);
  }
  follows = length < MIN_COMPRESSED ? PLAIN : COMPRESSED;
  if (follows == COMPRESSED) {
    at = compactLength(at, end);
    if (at == 0) return more(start);
  }
  resetStreams(control);
  if (follows == PLAIN) {
    s.payloadLength = length;
    s.content = content;
  } else if (!beginPayload(TIGHT + (kind & 3), s.dataLength, length, content)) {
    return 0;
  }
  if (content == GRADIENTS) beginGradient();
  beginRows();
  return at;
}

function more(start: usize): usize {
  setSignal(NEED_MORE);
  return start;
}

function resetStreams(control: i32): void {
  for (let i = 0; i < 4; i++) if (control & (1 << i)) resetStream(TIGHT + i);
}

/** Into `dataLength`: one to three bytes of 7, 7 and 8 bits, the least significant first. Returns where they end, or 0. */
function compactLength(at: usize, end: usize): usize {
  let length: i32 = 0;
  let shift = 0;
  while (true) {
    if (at >= end) return 0;
    const byte: i32 = load<u8>(at++);
    if (shift == 14) {
      s.dataLength = length | (byte << 14);
      return at;
    }
    length |= (byte & 127) << shift;
    if (byte < 128) {
      s.dataLength = length;
      return at;
    }
    shift += 7;
  }
}

/** Data of less than twelve bytes. */
export function plain(at: usize, end: usize): usize {
  if (<u32>(end - at) < s.payloadLength) return more(at);
  return filtered(at, at + s.payloadLength);
}

/** A JPEG, decoded where it lies. */
export function picture(at: usize, end: usize): usize {
  const length = s.payloadLength;
  if (length <= <u32>INPUT_SIZE) {
    if (<u32>(end - at) < length) {
      setSignal(NEED_WHOLE);
      return at;
    }
    const to = addressOf(s.x, s.y);
    const result = jpegDecode(at, at + length, s.width, s.height, to, s.stride, JPEG_SCRATCH, <i32>JPEG_SCRATCH_SIZE);
    if (result == OK) return at + length;
  }
  setSignal(JPEG_FALLBACK);
  return at;
}
