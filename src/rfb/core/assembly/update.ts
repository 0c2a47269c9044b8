import { copyRect } from './copy-rect';
import { hextile } from './hextile';
import {
  be16,
  be32,
  CARRY,
  CARRY_SIZE,
  CONTINUE,
  EVENT_SIZE,
  EVENTS,
  PAUSE,
  fail,
  FAILED,
  JPEG_FALLBACK,
  LAST_RECT,
  MAX_EVENTS,
  NEED_MORE,
  OTHER_RECT,
  RECT_OUTSIDE,
  s,
  setSignal,
  signal,
  UNIT_TOO_LONG,
  UPDATE_DONE,
} from './layout';
import { bytesOfKind, chooseAny } from './pixels';
import { beginRows, raw } from './rows';
import { rreHeader, subrects } from './rre';
import { beginPayload, payload, PIXELS, TILES, ZLIB, ZRLE } from './streams';
import { COMPRESSED, follows, NOTHING, picture, plain, PLAIN, tightHeader } from './tight';
import { beginTiles, MAX_PALETTE, tiles, TRLE_SIDE, ZRLE_SIDE } from './tiles';

/** What `feed` reads next. */
const RECT_HEADER: i32 = 0;
const RAW_ROWS: i32 = 1;
const COPY_SOURCE: i32 = 2;
const RRE_HEADER: i32 = 3;
const RRE_SUBRECTS: i32 = 4;
const HEXTILE_TILES: i32 = 5;
const TRLE_TILES: i32 = 6;
const ZLIB_LENGTH: i32 = 7;
const ZRLE_LENGTH: i32 = 8;
const PAYLOAD: i32 = 9;
const TIGHT_HEADER: i32 = 10;
const TIGHT_PLAIN: i32 = 11;
const TIGHT_PICTURE: i32 = 12;

/** The encodings' numbers. */
const RAW: i32 = 0;
const COPY_RECT: i32 = 1;
const RRE: i32 = 2;
const CO_RRE: i32 = 4;
const HEXTILE: i32 = 5;
const ZLIB_TYPE: i32 = 6;
const TIGHT: i32 = 7;
const TRLE: i32 = 15;
const ZRLE_TYPE: i32 = 16;
/** The one pseudo-encoding that has nothing to tell. */
const LAST_RECT_TYPE: i32 = -224;

/** After a Raw pixel that was cut, the next ones are read where they are. */
const FEW: i32 = 16;

/** After so many pixels `feed` stops before the next rectangle. A rectangle has at most 64 Mpixel, so `painted` holds. */
const PIXELS_A_TURN: i32 = 0x800000;

/** Begins a FramebufferUpdate of `count` rectangles. */
export function begin(count: i32): void {
  s.count = count;
  s.index = 0;
  s.carried = 0;
  s.step = RECT_HEADER;
}

/** Decodes `length` bytes at `pointer`, all of them unless something is for TypeScript to do. `consumed` says how many. */
export function feed(pointer: usize, length: i32): i32 {
  const end = pointer + length;
  let at = pointer;
  s.painted = 0;
  while (true) {
    setSignal(CONTINUE);
    if (s.carried > 0) {
      const carried = s.carried;
      const added = min(<i32>(end - at), s.step == RAW_ROWS ? FEW : CARRY_SIZE - carried);
      memory.copy(CARRY + carried, at, added);
      const carryEnd = CARRY + carried + added;
      let next = CARRY;
      while (signal == CONTINUE && next <= CARRY + carried) next = step(next, carryEnd);
      if (signal == FAILED) return FAILED;
      if (next == CARRY) {
        // Nothing of it was complete, so it needs more.
        s.carried = carried + added;
        if (s.carried == CARRY_SIZE) {
          fail(UNIT_TOO_LONG);
          return FAILED;
        }
        s.consumed = length;
        return NEED_MORE;
      }
      s.carried = 0;
      at += next - CARRY - carried;
      if (signal == NEED_MORE) continue;
    }
    while (signal == CONTINUE) at = step(at, end);
    if (signal == NEED_MORE) {
      s.carried = <i32>(end - at);
      if (s.carried > CARRY_SIZE) {
        fail(UNIT_TOO_LONG);
        return FAILED;
      }
      memory.copy(CARRY, at, s.carried);
      at = end;
    }
    s.consumed = <i32>(at - pointer);
    return signal;
  }
}

/** Decodes what is complete of one part of a rectangle. Returns where the next begins. */
function step(at: usize, end: usize): usize {
  switch (s.step) {
    case RECT_HEADER: return rectHeader(at, end);
    case RAW_ROWS: return finish(raw(at, end));
    case COPY_SOURCE: return finish(copyRect(at, end));
    case RRE_HEADER: return then(rreHeader(at, end), RRE_SUBRECTS);
    case RRE_SUBRECTS: return finish(subrects(at, end, s.type == CO_RRE));
    case HEXTILE_TILES: return finish(hextile(at, end));
    case TRLE_TILES: return finish(tiles(at, end, TRLE_SIDE));
    case ZLIB_LENGTH: return then(compressedLength(at, end, ZLIB), PAYLOAD);
    case ZRLE_LENGTH: return then(compressedLength(at, end, ZRLE), PAYLOAD);
    case PAYLOAD: return finish(payload(at, end));
    case TIGHT_HEADER: return tight(tightHeader(at, end));
    case TIGHT_PLAIN: return finish(plain(at, end));
    case TIGHT_PICTURE: return finish(picture(at, end));
    default: return unreachable();
  }
}

@inline
function then(at: usize, next: i32): usize {
  if (signal == CONTINUE) s.step = next;
  return at;
}

/** The rectangle is painted unless a signal says otherwise; one that is left to another JPEG decoder ends here all the same. */
function finish(at: usize): usize {
  if (signal == JPEG_FALLBACK) s.step = RECT_HEADER;
  if (signal != CONTINUE) return at;
  const area = s.width * s.height;
  s.painted += area;
  if (s.watched) addRect();
  else count(area);
  s.step = RECT_HEADER;
  return at;
}

function addRect(): void {
  const event = EVENTS + s.eventCount * EVENT_SIZE;
  store<u16>(event, s.x);
  store<u16>(event, s.y, 2);
  store<u16>(event, s.width, 4);
  store<u16>(event, s.height, 6);
  store<i32>(event, s.type, 8);
  s.eventCount++;
}

function count(area: i32): void {
  let event = EVENTS + (s.eventCount - 1) * EVENT_SIZE;
  if (s.eventCount == 0 || load<i32>(event, 8) != s.type) {
    event += EVENT_SIZE;
    store<u64>(event, 0);
    store<i32>(event, s.type, 8);
    s.eventCount++;
  }
  store<u32>(event, load<u32>(event) + 1);
  store<u32>(event, load<u32>(event, 4) + area, 4);
}

function tight(at: usize): usize {
  if (signal != CONTINUE) return at;
  if (follows == NOTHING) return finish(at);
  s.step = follows == PLAIN ? TIGHT_PLAIN : follows == COMPRESSED ? PAYLOAD : TIGHT_PICTURE;
  return at;
}

function rectHeader(at: usize, end: usize): usize {
  if (s.index >= s.count) return stop(at, UPDATE_DONE);
  if (s.eventCount == MAX_EVENTS || s.painted >= PIXELS_A_TURN) return stop(at, PAUSE);
  if (end - at < 12) return stop(at, NEED_MORE);
  s.x = be16(at);
  s.y = be16(at + 2);
  s.width = be16(at + 4);
  s.height = be16(at + 6);
  s.type = be32(at + 8);
  s.index++;
  const next = firstStep(s.type);
  if (next < 0) {
    if (s.type != LAST_RECT_TYPE) return stop(at + 12, OTHER_RECT);
    s.index = s.count;
    return stop(at + 12, LAST_RECT);
  }
  if (s.x + s.width > s.framebufferWidth || s.y + s.height > s.framebufferHeight) return fail(RECT_OUTSIDE);
  s.step = next;
  chooseAny(s.type == TRLE || s.type == ZRLE_TYPE);
  beginRows();
  beginTiles();
  s.background = 0;
  s.foreground = 0;
  s.paletteSize = 0;
  return at + 12;
}

function firstStep(type: i32): i32 {
  switch (type) {
    case RAW: return RAW_ROWS;
    case COPY_RECT: return COPY_SOURCE;
    case RRE:
    case CO_RRE: return RRE_HEADER;
    case HEXTILE: return HEXTILE_TILES;
    case ZLIB_TYPE: return ZLIB_LENGTH;
    case TIGHT: return TIGHT_HEADER;
    case TRLE: return TRLE_TILES;
    case ZRLE_TYPE: return ZRLE_LENGTH;
    default: return -1;
  }
}

function stop(at: usize, value: i32): usize {
  setSignal(value);
  return at;
}

/** The length of Zlib's and ZRLE's payloads. */
function compressedLength(at: usize, end: usize, stream: i32): usize {
  if (end - at < 4) return stop(at, NEED_MORE);
  const area: u32 = s.width * s.height;
  const limit = stream == ZLIB ? area * bytesOfKind(s.pixelKind) : maxTilesLength(area);
  return beginPayload(stream, be32(at), limit, stream == ZLIB ? PIXELS : TILES) ? at + 4 : 0;
}

/** The most bytes that ZRLE's tiles can take: every pixel a run of its own, in every tile a palette. */
function maxTilesLength(area: u32): u32 {
  const size: u32 = bytesOfKind(s.cpixelKind);
  const tileCount: u32 = ((s.width + ZRLE_SIDE - 1) / ZRLE_SIDE) * ((s.height + ZRLE_SIDE - 1) / ZRLE_SIDE);
  return area * (size + 1) + tileCount * (1 + MAX_PALETTE * size);
}
