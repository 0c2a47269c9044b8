import type { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import type { PixelWriter } from '../pixel-writer.ts';
import type { EncoderType } from './encoder.ts';
import { readTile, subrectsOf, type Tile, tilesOf, writePixels } from './tile.ts';

const SIDE = 16;

const RAW = 1;
const BACKGROUND_SPECIFIED = 2;
const FOREGROUND_SPECIFIED = 4;
const ANY_SUBRECTS = 8;
const SUBRECTS_COLOURED = 16;

/** What the tile before has left, RFC 6143 §7.7.4. */
interface Colours {
  background: number | undefined;
  foreground: number | undefined;
}

/** Hextile, RFC 6143 §7.7.4: each tile raw or as rectangles, whichever is shorter. */
export const hextile: EncoderType = {
  type: 5,
  name: 'hextile',
  createEncoder: () => ({
    encode(out, rect, { framebuffer, pixels }) {
      const colours: Colours = { background: undefined, foreground: undefined };
      for (const place of tilesOf(rect, SIDE)) writeTile(out, readTile(framebuffer, place, pixels), colours, pixels);
    },
  }),
};

function writeTile(out: ByteWriter, tile: Tile, colours: Colours, pixels: PixelWriter): void {
  const { background, subrects } = subrectsOf(tile);
  const foreground = subrects[0]?.value;
  const coloured = subrects.some(({ value }) => value !== foreground);
  const size = pixels.bytesPerPixel;
  const length = 2 * size + 1 + subrects.length * (coloured ? size + 2 : 2);
  if (subrects.length > 255 || length >= tile.values.length * size) {
    writePixels(out.u8(RAW), tile.values, pixels);
    // Decoders differ in what they remember behind a raw tile.
    colours.background = undefined;
    colours.foreground = undefined;
    return;
  }
  const newBackground = background !== colours.background;
  const newForeground = foreground !== undefined && !coloured && foreground !== colours.foreground;
  out.u8(
    (newBackground ? BACKGROUND_SPECIFIED : 0) |
      (newForeground ? FOREGROUND_SPECIFIED : 0) |
      (subrects.length > 0 ? ANY_SUBRECTS : 0) |
      (coloured ? SUBRECTS_COLOURED : 0),
  );
  if (newBackground) writePixels(out, [background], pixels);
  if (newForeground) writePixels(out, [foreground], pixels);
  colours.background = background;
  // Coloured rectangles leave no foreground either.
  if (coloured) colours.foreground = undefined;
  else if (newForeground) colours.foreground = foreground;
  if (subrects.length === 0) return;
  out.u8(subrects.length);
  for (const { x, y, width, height, value } of subrects) {
    if (coloured) writePixels(out, [value], pixels);
    out.u8((x << 4) | y).u8(((width - 1) << 4) | (height - 1));
  }
}
