import { inflateNextIn, inflateNextOut, inflateReset, inflateRun, NEED_OUTPUT, END, ERROR } from './inflate';
import {
  COMPRESSED_LENGTH,
  CONTINUE,
  fail,
  FAILED,
  NEED_MORE,
  s,
  setSignal,
  signal,
  Stream,
  STREAM_HEAD,
  STREAM_SIZE,
  STREAMS,
  WINDOW_OFFSET,
  WINDOW_SIZE,
  ZLIB_AFTER_END,
  ZLIB_CORRUPT,
  ZLIB_LONG,
  ZLIB_SHORT,
} from './layout';
import { rows, rowsDone } from './rows';
import { gradientRows, paletteRows } from './tight-filters';
import { tiles, tilesDone, ZRLE_SIDE } from './tiles';

/** The zlib streams; Tight's four begin at TIGHT. */
export const ZLIB: i32 = 0;
export const ZRLE: i32 = 1;
export const TIGHT: i32 = 2;

/** What a payload inflates to. */
export const PIXELS: i32 = 0;
export const TPIXELS: i32 = 1;
export const INDICES: i32 = 2;
export const GRADIENTS: i32 = 3;
export const TILES: i32 = 4;

/** How far back deflate can refer. */
const HISTORY: usize = 0x8000;
/** Less room than this is not worth a run of inflate. */
const ROOM: usize = 0x8000;

@inline
function streamAt(index: i32): Stream {
  return changetype<Stream>(STREAMS + <usize>index * STREAM_SIZE);
}

@inline
function windowOf(stream: Stream): usize {
  return changetype<usize>(stream) + WINDOW_OFFSET;
}

/** Begins a new zlib stream. */
export function resetStream(index: i32): void {
  const stream = streamAt(index);
  inflateReset(changetype<usize>(stream) + STREAM_HEAD);
  stream.opened = 1;
  stream.ended = 0;
  stream.pending = 0;
  stream.history = windowOf(stream);
  stream.read = stream.history;
  stream.write = stream.history;
}

/** Whether a stream was ever used: then it is part of the state. */
export function streamOpened(index: i32): bool {
  return streamAt(index).opened != 0;
}

/** Prepares for `length` compressed bytes of a stream that inflate to at most `limit`. */
export function beginPayload(index: i32, length: u32, limit: u32, content: i32): bool {
  const max = limit + (limit >> 3) + 4096;
  if (length > max) {
    fail(COMPRESSED_LENGTH, length, max);
    return false;
  }
  if (!streamAt(index).opened) resetStream(index);
  s.stream = changetype<usize>(streamAt(index));
  s.payloadLength = length;
  s.payloadLeft = length;
  s.inflated = 0;
  s.content = content;
  return true;
}

/** Inflates what is here and decodes it while it is in the cache. */
export function payload(at: usize, end: usize): usize {
  const stream = changetype<Stream>(s.stream);
  const state = s.stream + STREAM_HEAD;
  while (true) {
    if (!contentDone()) {
      const next = decode(stream.read, stream.write);
      if (signal == FAILED) return 0;
      setSignal(CONTINUE);
      stream.read = next;
    }
    if (stream.read != stream.write && contentDone()) {
      return fail(ZLIB_LONG, s.inflated - <u32>(stream.write - stream.read));
    }
    if (!stream.pending) {
      if (s.payloadLeft == 0) return contentDone() ? at : fail(ZLIB_SHORT, s.payloadLength, s.inflated);
      if (at == end) {
        setSignal(NEED_MORE);
        return at;
      }
      if (stream.ended) return fail(ZLIB_AFTER_END);
    }
    makeRoom(stream);
    const inputEnd = at + min(<u32>(end - at), s.payloadLeft);
    const limit = windowOf(stream) + WINDOW_SIZE;
    const status = inflateRun(state, at, inputEnd, stream.write, limit, stream.history);
    if (status == ERROR) return fail(ZLIB_CORRUPT);
    stream.pending = status == NEED_OUTPUT ? 1 : 0;
    if (status == END) stream.ended = 1;
    const nextIn = inflateNextIn(state);
    const nextOut = inflateNextOut(state);
    s.payloadLeft -= <u32>(nextIn - at);
    s.inflated += <u32>(nextOut - stream.write);
    stream.write = nextOut;
    at = nextIn;
  }
}

/** Moves what must stay to the window's beginning when its end is near. */
function makeRoom(stream: Stream): void {
  const window = windowOf(stream);
  if (window + WINDOW_SIZE - stream.write >= ROOM) return;
  const from = min(stream.read, stream.write - HISTORY);
  memory.copy(window, from, stream.write - from);
  stream.read -= from - window;
  stream.write -= from - window;
  stream.history = window;
}

@inline
function contentDone(): bool {
  return s.content == TILES ? tilesDone() : rowsDone();
}

function decode(at: usize, end: usize): usize {
  switch (s.content) {
    case TILES: return tiles(at, end, ZRLE_SIDE);
    case PIXELS: return rows(s.pixelKind, at, end);
    default: return filtered(at, end);
  }
}

/** What Tight's filters left, compressed or not. */
export function filtered(at: usize, end: usize): usize {
  switch (s.content) {
    case TPIXELS: return rows(s.tpixelKind, at, end);
    case INDICES: return paletteRows(at, end);
    default: return gradientRows(at, end);
  }
}
