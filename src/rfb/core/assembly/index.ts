/**
 * The border: the functions that src/rfb/core/pixel-core.ts calls, and the numbers that it must know, which the build writes
 * into src/rfb/core/wasm-binary.ts.
 */
export { begin, feed } from './update';
export { streamOpened } from './streams';
export {
  STATE,
  EVENTS,
  MAX_EVENTS,
  EVENT_SIZE,
  INPUT,
  INPUT_SIZE,
  RECEIVE,
  RECEIVE_SIZE,
  LUT8,
  LUT16,
  STREAMS,
  STREAM_COUNT,
  STREAM_SIZE,
  FRAMEBUFFER,
  NEED_MORE,
  UPDATE_DONE,
  OTHER_RECT,
  PAUSE,
  FAILED,
  NEED_WHOLE,
  JPEG_FALLBACK,
  LAST_RECT,
  RECT_OUTSIDE,
  COPY_SOURCE_OUTSIDE,
  SUBRECT_COUNT,
  SUBRECT_OUTSIDE,
  HEXTILE_BITS,
  HEXTILE_BACKGROUND,
  HEXTILE_FOREGROUND,
  HEXTILE_SUBRECT,
  PALETTE_REUSED,
  PALETTE_MISSING,
  SUBENCODING_UNDEFINED,
  PALETTE_TOO_BIG,
  TILE_INDEX,
  RUN_TOO_LONG,
  TIGHT_CONTROL,
  TIGHT_FILTER,
  GRADIENT_OF_MAP,
  TIGHT_INDEX,
  COMPRESSED_LENGTH,
  ZLIB_CORRUPT,
  ZLIB_SHORT,
  ZLIB_LONG,
  ZLIB_AFTER_END,
  TIGHT_PALETTE,
  SUBRECTS_OVER_AND_OVER,
  UNIT_TOO_LONG,
} from './layout';
export { RGBX, RGB, BYTE, WORD, ANY_FOUR, ANY_THREE, BGRX, BGR } from './pixels';
import { State } from './layout';

/** All static data must be below STATE. */
export const STATIC_END: usize = __heap_base;

// Where the fields of the state are that TypeScript reads or writes.
export const AT_CONSUMED: usize = offsetof<State>('consumed');
export const AT_FAILURE: usize = offsetof<State>('failure');
export const AT_A: usize = offsetof<State>('a');
export const AT_B: usize = offsetof<State>('b');
export const AT_C: usize = offsetof<State>('c');
export const AT_D: usize = offsetof<State>('d');
export const AT_X: usize = offsetof<State>('x');
export const AT_Y: usize = offsetof<State>('y');
export const AT_WIDTH: usize = offsetof<State>('width');
export const AT_HEIGHT: usize = offsetof<State>('height');
export const AT_TYPE: usize = offsetof<State>('type');
export const AT_INDEX: usize = offsetof<State>('index');
export const AT_COUNT: usize = offsetof<State>('count');
export const AT_EVENT_COUNT: usize = offsetof<State>('eventCount');
export const AT_TILE_X: usize = offsetof<State>('tileX');
export const AT_TILE_Y: usize = offsetof<State>('tileY');
export const AT_TILE_WIDTH: usize = offsetof<State>('tileWidth');
export const AT_TILE_HEIGHT: usize = offsetof<State>('tileHeight');
export const AT_PAYLOAD_LENGTH: usize = offsetof<State>('payloadLength');
export const AT_PIXEL_KIND: usize = offsetof<State>('pixelKind');
export const AT_CPIXEL_KIND: usize = offsetof<State>('cpixelKind');
export const AT_TPIXEL_KIND: usize = offsetof<State>('tpixelKind');
export const AT_PIXEL_BYTES: usize = offsetof<State>('pixelBytes');
export const AT_CPIXEL_BYTES: usize = offsetof<State>('cpixelBytes');
export const AT_BIG_ENDIAN: usize = offsetof<State>('bigEndian');
export const AT_TRUE_COLOUR: usize = offsetof<State>('trueColour');
export const AT_CPIXEL_SHIFT: usize = offsetof<State>('cpixelShift');
export const AT_RED_MAX: usize = offsetof<State>('redMax');
export const AT_GREEN_MAX: usize = offsetof<State>('greenMax');
export const AT_BLUE_MAX: usize = offsetof<State>('blueMax');
export const AT_RED_SHIFT: usize = offsetof<State>('redShift');
export const AT_GREEN_SHIFT: usize = offsetof<State>('greenShift');
export const AT_BLUE_SHIFT: usize = offsetof<State>('blueShift');
export const AT_FRAMEBUFFER_WIDTH: usize = offsetof<State>('framebufferWidth');
export const AT_FRAMEBUFFER_HEIGHT: usize = offsetof<State>('framebufferHeight');
export const AT_STRIDE: usize = offsetof<State>('stride');
export const AT_WATCHED: usize = offsetof<State>('watched');
