/**
 * Where everything lives. The addresses are fixed: pages that are never touched cost nothing, so what a session does not use
 * (zlib windows, tables, room for a JPEG) it does not pay for. Static data of the compiler lies below STATE.
 */
export const STATE: usize = 0x10000;
/**
 * What was painted and TypeScript has not fetched. When somebody watches, a rectangle each: x, y, width, height as u16 and
 * the encoding as i32. Else rectangles of one encoding in a row: how many, and of how many pixels, as u32, and the encoding.
 */
export const EVENTS: usize = 0x11000;
export const MAX_EVENTS: i32 = 256;
export const EVENT_SIZE: i32 = 12;
/** The beginning of a unit whose end has not arrived: no unit is longer than 1540 bytes (a Hextile tile). */
export const CARRY: usize = 0x12000;
export const CARRY_SIZE: i32 = 4096;
/** 256 colours in the framebuffer's layout. */
export const PALETTE: usize = 0x14000;
/** The pixels of a 64x64 tile, and room for stores that go beyond its end. */
export const TILE: usize = 0x15000;
/** What TypeScript copies here to be read. No JPEG that is decoded here is longer. */
export const INPUT: usize = 0x20000;
export const INPUT_SIZE: i32 = 0x40000;
/** Colours by the value of an 8-bit pixel. Before it is room for loads that go beyond the input. */
export const LUT8: usize = 0x61000;
/** Colours by the value of a 16-bit pixel as loaded, whatever its byte order. */
export const LUT16: usize = 0x62000;
/** The channels of two rows of the gradient filter. */
export const GRADIENT: usize = 0xa2000;
export const JPEG_SCRATCH: usize = 0xe0000;
export const JPEG_SCRATCH_SIZE: usize = 0x120000;
/** The six zlib streams: Zlib's, ZRLE's and Tight's four. Each has its state, then its window. */
export const STREAMS: usize = 0x200000;
export const STREAM_COUNT: i32 = 6;
export const STREAM_SIZE: usize = 0x21000;
export const WINDOW_OFFSET: usize = 0x1000;
/** 64 KiB that may have to stay (history, or a row that is incomplete) and as much to inflate into. */
export const WINDOW_SIZE: usize = 0x20000;
/** Two buffers of this size that a socket may receive into. */
export const RECEIVE: usize = 0x2c8000;
export const RECEIVE_SIZE: i32 = 0x10000;
export const FRAMEBUFFER: usize = 0x2f0000;

/** What `feed` returns. The first two never reach TypeScript. */
export const CONTINUE: i32 = 0;
export const NEED_MORE: i32 = 1;
export const UPDATE_DONE: i32 = 2;
/** The rectangle in the state is of a type that the core does not know. */
export const OTHER_RECT: i32 = 3;
/** There are many events, or much has been painted: others may have a turn. */
export const PAUSE: i32 = 4;
export const FAILED: i32 = 5;
/** The next `payloadLength` bytes, a JPEG, are wanted in one piece. */
export const NEED_WHOLE: i32 = 6;
/** They come next and are left to another decoder. */
export const JPEG_FALLBACK: i32 = 7;
/** The update ends before all rectangles have come that it had announced. */
export const LAST_RECT: i32 = 8;

/** All that lives longer than a call. A new instance continues from a copy of it. */
@unmanaged
export class State {
  // Read by TypeScript.
  consumed: i32;
  failure: i32;
  a: i32;
  b: i32;
  c: i32;
  d: i32;
  x: i32;
  y: i32;
  width: i32;
  height: i32;
  type: i32;
  /** How many of the update's rectangles have begun. */
  index: i32;
  count: i32;
  eventCount: i32;
  tileX: i32;
  tileY: i32;
  tileWidth: i32;
  tileHeight: i32;
  /** Of a compressed rectangle. */
  payloadLength: u32;

  // Written by TypeScript: the pixel format, see src/rfb/core/format-layout.ts, and the framebuffer's size.
  pixelKind: i32;
  cpixelKind: i32;
  tpixelKind: i32;
  /** Which bytes of a PIXEL (of a CPIXEL) are red, green and blue, eight bits each; -1 where channels are no bytes. */
  pixelBytes: i32;
  cpixelBytes: i32;
  bigEndian: i32;
  trueColour: i32;
  cpixelShift: i32;
  redMax: i32;
  greenMax: i32;
  blueMax: i32;
  redShift: i32;
  greenShift: i32;
  blueShift: i32;

  framebufferWidth: i32;
  framebufferHeight: i32;
  /** Bytes from a row of the framebuffer to the next. */
  stride: i32;
  /** Whether each rectangle is told. */
  watched: i32;

  step: i32;
  carried: i32;
  /** How many pixels this call of `feed` has painted. */
  painted: i32;

  /** The pixel format of the rectangle, where it is none of the common ones. */
  swizzleLow: u64;
  swizzleHigh: u64;
  swizzled: i32;
  anyShift: i32;

  /** Rows: the pixel that is next. Subrectangles: how many are left. */
  column: i32;
  row: i32;
  left: i32;
  /** How many pixels they may paint yet. */
  paintable: i32;

  background: u32;
  foreground: u32;
  /** 0 when no tile of the rectangle has had a palette. */
  paletteSize: i32;

  /** What is left of a payload, and what it has become. */
  stream: usize;
  payloadLeft: u32;
  inflated: u32;
  content: i32;
  dataLength: i32;
}

export const s: State = changetype<State>(STATE);

/** What a zlib stream keeps beside inflate's own state. */
@unmanaged
export class Stream {
  /** Whether it has ever been used. */
  opened: i32;
  ended: i32;
  /** Inflate has output left that did not fit. */
  pending: i32;
  /** The oldest byte that a distance may reach. */
  history: usize;
  /** Inflated and not yet decoded: from `read` to `write`. */
  read: usize;
  write: usize;
}

export const STREAM_HEAD: usize = 64;

/** Why `feed` fails: src/rfb/core/failures.ts says what that means and what `a` to `d` are then. */
export const RECT_OUTSIDE: i32 = 1;
export const COPY_SOURCE_OUTSIDE: i32 = 2;
export const SUBRECT_COUNT: i32 = 3;
export const SUBRECT_OUTSIDE: i32 = 4;
export const HEXTILE_BITS: i32 = 5;
export const HEXTILE_BACKGROUND: i32 = 6;
export const HEXTILE_FOREGROUND: i32 = 7;
export const HEXTILE_SUBRECT: i32 = 8;
export const PALETTE_REUSED: i32 = 9;
export const PALETTE_MISSING: i32 = 10;
export const SUBENCODING_UNDEFINED: i32 = 11;
export const PALETTE_TOO_BIG: i32 = 12;
export const TILE_INDEX: i32 = 13;
export const RUN_TOO_LONG: i32 = 14;
export const TIGHT_CONTROL: i32 = 15;
export const TIGHT_FILTER: i32 = 16;
export const GRADIENT_OF_MAP: i32 = 17;
export const TIGHT_INDEX: i32 = 18;
export const COMPRESSED_LENGTH: i32 = 19;
export const ZLIB_CORRUPT: i32 = 20;
export const ZLIB_SHORT: i32 = 21;
export const ZLIB_LONG: i32 = 22;
export const ZLIB_AFTER_END: i32 = 23;
export const TIGHT_PALETTE: i32 = 24;
export const SUBRECTS_OVER_AND_OVER: i32 = 25;
export const UNIT_TOO_LONG: i32 = 26;

/** What the step just done means for the loop in `feed`. */
export let signal: i32 = CONTINUE;

export function setSignal(value: i32): void {
  signal = value;
}

/** Ends the update; returns 0, which no step takes for a position. */
export function fail(failure: i32, a: i32 = 0, b: i32 = 0, c: i32 = 0, d: i32 = 0): usize {
  s.failure = failure;
  s.a = a;
  s.b = b;
  s.c = c;
  s.d = d;
  signal = FAILED;
  return 0;
}

@inline
export function be16(at: usize): i32 {
  return bswap<u16>(load<u16>(at));
}

@inline
export function be32(at: usize): u32 {
  return bswap<u32>(load<u32>(at));
}
