import { ProtocolError, type RfbErrorCode } from '../errors.ts';
import { encodings } from '../protocol/encodings/index.ts';
import { describeRect, type Rect } from '../protocol/rect.ts';
import type { PixelCore } from './pixel-core.ts';
import { layout } from './wasm-binary.ts';

/** What the core knows when it fails. */
interface Scene {
  /** The encoding's name. */
  readonly name: string;
  readonly rect: Rect;
  /** In the framebuffer; of a tiled encoding. */
  readonly tile: Rect;
  /** What `fail` was given. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly framebuffer: { readonly width: number; readonly height: number };
}

type Failure = readonly [code: RfbErrorCode, describe: (scene: Scene) => string];

/** The error of the update that `core` has failed in. */
export function failureOf(core: PixelCore, framebuffer: Scene['framebuffer']): ProtocolError {
  const rect = {
    x: core.get(layout.AT_X),
    y: core.get(layout.AT_Y),
    width: core.get(layout.AT_WIDTH),
    height: core.get(layout.AT_HEIGHT),
  };
  const tile = {
    x: rect.x + core.get(layout.AT_TILE_X),
    y: rect.y + core.get(layout.AT_TILE_Y),
    width: core.get(layout.AT_TILE_WIDTH),
    height: core.get(layout.AT_TILE_HEIGHT),
  };
  const type = core.get(layout.AT_TYPE);
  const [code, describe] = failures[core.get(layout.AT_FAILURE)] ?? UNKNOWN;
  return new ProtocolError(
    code,
    describe({
      name: encodings.find((encoding) => encoding.type === type)?.name ?? `encoding ${type}`,
      rect,
      tile,
      a: core.get(layout.AT_A),
      b: core.get(layout.AT_B),
      c: core.get(layout.AT_C),
      d: core.get(layout.AT_D),
      framebuffer,
    }),
  );
}

const UNKNOWN: Failure = ['BAD_VALUE', ({ name, rect }) => `${name} rectangle ${describeRect(rect)} cannot be decoded`];

const inTile = (scene: Scene, why: string) =>
  `${scene.name} subencoding ${scene.a} in tile ${describeRect(scene.tile)}: ${why}`;

const inRect = ({ name, rect }: Scene, why: string) => `${name} rectangle ${describeRect(rect)}: ${why}`;

const subrect = ({ a, b, c, d }: Scene) => describeRect({ x: a, y: b, width: c, height: d });

const failures: Readonly<Record<number, Failure>> = {
  [layout.RECT_OUTSIDE]: [
    'BAD_RECT',
    ({ name, rect, framebuffer }) =>
      `${name} rectangle ${describeRect(rect)} is outside the ${framebuffer.width}x${framebuffer.height} framebuffer`,
  ],
  [layout.COPY_SOURCE_OUTSIDE]: [
    'BAD_RECT',
    ({ rect, a, b, framebuffer }) =>
      `copy-rect source rectangle ${describeRect({ ...rect, x: a, y: b })} is outside the ${framebuffer.width}x${framebuffer.height} framebuffer`,
  ],
  [layout.SUBRECT_COUNT]: [
    'BAD_LENGTH',
    ({ name, rect, a }) =>
      `${name} announces ${a >>> 0} subrectangles in a rectangle of ${rect.width * rect.height} pixels (${describeRect(rect)})`,
  ],
  [layout.SUBRECT_OUTSIDE]: [
    'BAD_RECT',
    (scene) =>
      `${scene.name} subrectangle ${subrect(scene)} is outside its ${scene.rect.width}x${scene.rect.height} rectangle`,
  ],
  [layout.SUBRECTS_OVER_AND_OVER]: [
    'BAD_LENGTH',
    ({ name, rect, a }) => `the ${name} subrectangles of ${describeRect(rect)} paint it more than ${a} times over`,
  ],
  [layout.HEXTILE_BITS]: ['BAD_SUBENCODING', (scene) => inTile(scene, 'bits 5 to 7 must be 0')],
  [layout.HEXTILE_BACKGROUND]: [
    'BAD_SUBENCODING',
    (scene) => inTile(scene, 'no tile before it has given a background'),
  ],
  [layout.HEXTILE_FOREGROUND]: [
    'BAD_SUBENCODING',
    (scene) => inTile(scene, 'no tile before it has given a foreground'),
  ],
  [layout.HEXTILE_SUBRECT]: [
    'BAD_RECT',
    (scene) => `hextile subrectangle ${subrect(scene)} is outside its tile of ${describeRect(scene.tile)}`,
  ],
  [layout.PALETTE_REUSED]: ['BAD_SUBENCODING', (scene) => inTile(scene, 'palettes are never reused in it')],
  [layout.PALETTE_MISSING]: ['BAD_SUBENCODING', (scene) => inTile(scene, 'no tile before it has a palette')],
  [layout.SUBENCODING_UNDEFINED]: ['BAD_SUBENCODING', (scene) => inTile(scene, '17 to 126 are not defined')],
  [layout.PALETTE_TOO_BIG]: [
    'BAD_SUBENCODING',
    (scene) => inTile(scene, `the palette has ${scene.b} colours, packed are at most 16`),
  ],
  [layout.TILE_INDEX]: [
    'BAD_SUBENCODING',
    ({ name, tile, a, b }) => `${name} palette index ${a} in tile ${describeRect(tile)}, the palette has ${b} colours`,
  ],
  [layout.RUN_TOO_LONG]: [
    'BAD_LENGTH',
    ({ name, tile, a, b }) => `${name} run of ${a} or more pixels begins at pixel ${b} of tile ${describeRect(tile)}`,
  ],
  [layout.TIGHT_CONTROL]: [
    'BAD_SUBENCODING',
    ({ rect, a }) =>
      `tight compression control 0x${a.toString(16)} for ${describeRect(rect)}: the upper four bits are 0 to 9`,
  ],
  [layout.TIGHT_FILTER]: [
    'BAD_SUBENCODING',
    ({ rect, a }) => `tight filter ${a} for ${describeRect(rect)}: there are 0, 1 and 2`,
  ],
  [layout.GRADIENT_OF_MAP]: [
    'BAD_SUBENCODING',
    ({ rect }) => `tight gradient filter for ${describeRect(rect)} of colour-map pixels`,
  ],
  [layout.TIGHT_INDEX]: [
    'BAD_SUBENCODING',
    ({ rect, a, b, c }) =>
      `tight palette index ${a} in row ${b} of ${describeRect(rect)}, the palette has ${c} colours`,
  ],
  [layout.TIGHT_PALETTE]: [
    'BAD_SUBENCODING',
    ({ rect }) => `tight palette of 1 colour for ${describeRect(rect)}: there are 2 to 256`,
  ],
  [layout.COMPRESSED_LENGTH]: [
    'BAD_LENGTH',
    ({ name, rect, a, b }) =>
      `${name} announces ${a >>> 0} compressed bytes for ${describeRect(rect)}, the limit is ${b >>> 0}`,
  ],
  [layout.ZLIB_CORRUPT]: ['BAD_ZLIB', (scene) => inRect(scene, 'corrupt zlib data')],
  [layout.ZLIB_SHORT]: [
    'BAD_ZLIB',
    (scene) => inRect(scene, `${scene.a} bytes of zlib data inflate to ${scene.b >>> 0}, more are wanted`),
  ],
  [layout.ZLIB_LONG]: [
    'BAD_ZLIB',
    (scene) => inRect(scene, `zlib data inflates to more than the ${scene.a} bytes wanted`),
  ],
  [layout.ZLIB_AFTER_END]: ['BAD_ZLIB', (scene) => inRect(scene, 'zlib data goes on after its end marker')],
};
