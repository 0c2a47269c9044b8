import { ProtocolError } from '../../errors.ts';
import { describeRect, type Rect } from '../rect.ts';
import { type DecodeTarget, defineEncoding } from './encoding.ts';
import { readPixels } from './pixel-block.ts';
import { tilesOf } from './tiles.ts';

const RAW = 1;
const BACKGROUND_SPECIFIED = 2;
const FOREGROUND_SPECIFIED = 4;
const ANY_SUBRECTS = 8;
const SUBRECTS_COLOURED = 16;

const TILE_SIDE = 16;

/** Hextile, RFC 6143 §7.7.4. */
export const hextile = defineEncoding({
  type: 5,
  name: 'hextile',
  createDecoder: () => ({
    async decode(reader, rect, target) {
      const { framebuffer, pixels } = target;
      const { bytesPerPixel } = pixels;
      const colours = new Uint32Array(TILE_SIDE * TILE_SIDE);
      let background: number | undefined;
      let foreground: number | undefined;
      for (const tile of tilesOf(rect, TILE_SIDE)) {
        if (!reader.has(1)) await reader.need(1);
        const subencoding = reader.u8();
        if (subencoding > 31) throw badTile(subencoding, tile, 'bits 5 to 7 must be 0');
        if (subencoding & RAW) {
          const length = tile.width * tile.height * bytesPerPixel;
          if (!reader.has(length)) await reader.need(length);
          readPixels(pixels, 'pixel', reader.dataView(length), colours, tile.width * tile.height);
          framebuffer.blit(tile, colours);
          continue;
        }
        const headLength =
          (subencoding & BACKGROUND_SPECIFIED ? bytesPerPixel : 0) +
          (subencoding & FOREGROUND_SPECIFIED ? bytesPerPixel : 0) +
          (subencoding & ANY_SUBRECTS ? 1 : 0);
        if (!reader.has(headLength)) await reader.need(headLength);
        if (subencoding & BACKGROUND_SPECIFIED) background = pixels.pixel(reader.dataView(bytesPerPixel), 0);
        if (subencoding & FOREGROUND_SPECIFIED) foreground = pixels.pixel(reader.dataView(bytesPerPixel), 0);
        if (background === undefined) throw badTile(subencoding, tile, 'no tile before it has given a background');
        framebuffer.fill(tile, background);
        if (!(subencoding & ANY_SUBRECTS)) continue;
        const count = reader.u8();
        const coloured = (subencoding & SUBRECTS_COLOURED) !== 0;
        if (!coloured && foreground === undefined) {
          throw badTile(subencoding, tile, 'no tile before it has given a foreground');
        }
        const length = count * (coloured ? bytesPerPixel + 2 : 2);
        if (!reader.has(length)) await reader.need(length);
        paintSubrects(reader.dataView(length), tile, coloured ? undefined : foreground, target);
      }
    },
  }),
});

/** Each subrectangle brings its own colour when there is no `foreground`. */
function paintSubrects(
  data: DataView,
  tile: Rect,
  foreground: number | undefined,
  { framebuffer, pixels }: DecodeTarget,
): void {
  const screen = framebuffer.pixels;
  const geometry = foreground === undefined ? pixels.bytesPerPixel : 0;
  for (let offset = 0; offset < data.byteLength; offset += geometry + 2) {
    const colour = foreground ?? pixels.pixel(data, offset);
    const position = data.getUint8(offset + geometry);
    const size = data.getUint8(offset + geometry + 1);
    const [x, y] = [position >> 4, position & 15];
    const [width, height] = [(size >> 4) + 1, (size & 15) + 1];
    if (x + width > tile.width || y + height > tile.height) {
      throw new ProtocolError(
        'BAD_RECT',
        `hextile subrectangle ${describeRect({ x, y, width, height })} is outside its tile of ${describeRect(tile)}`,
      );
    }
    // At most 16 pixels a row: a loop is quicker than `fill`.
    for (let row = 0; row < height; row++) {
      const at = (tile.y + y + row) * framebuffer.width + tile.x + x;
      for (let column = 0; column < width; column++) screen[at + column] = colour;
    }
  }
}

function badTile(subencoding: number, tile: Rect, why: string): ProtocolError {
  return new ProtocolError(
    'BAD_SUBENCODING',
    `hextile subencoding ${subencoding} in tile ${describeRect(tile)}: ${why}`,
  );
}
