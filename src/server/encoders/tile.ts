import type { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import type { Framebuffer } from '../../rfb/protocol/framebuffer.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import type { PixelWriter } from '../pixel-writer.ts';

/** Part of a picture, in values of the viewer's pixel format. */
export interface Tile {
  readonly width: number;
  readonly height: number;
  readonly values: Uint32Array;
}

export function readTile(framebuffer: Framebuffer, { x, y, width, height }: Rect, pixels: PixelWriter): Tile {
  const values = new Uint32Array(width * height);
  for (let row = 0, i = 0; row < height; row++) {
    const from = (y + row) * framebuffer.width + x;
    for (let column = 0; column < width; column++) values[i++] = pixels.value(framebuffer.pixels[from + column] ?? 0);
  }
  return { width, height, values };
}

/** The tiles of a rectangle, row by row; those at its right and lower edge are smaller. */
export function* tilesOf(rect: Rect, side: number): Generator<Rect> {
  for (let y = 0; y < rect.height; y += side) {
    for (let x = 0; x < rect.width; x += side) {
      const width = Math.min(side, rect.width - x);
      const height = Math.min(side, rect.height - y);
      yield { x: rect.x + x, y: rect.y + y, width, height };
    }
  }
}

/** Places in a palette, of so many bits each, the leftmost pixel in the highest bits; every row begins with a new byte. */
export function packIndexes({ width, height, values }: Tile, palette: readonly number[], bits: number): Uint8Array {
  const indexes = new Map(palette.map((value, index) => [value, index]));
  const rowLength = Math.ceil((width * bits) / 8);
  const bytes = new Uint8Array(rowLength * height);
  let value = palette[0];
  let index = 0;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      // Neighbours are mostly alike, and looking up is dear.
      if (values[i] !== value) {
        value = values[i] ?? 0;
        index = indexes.get(value) ?? 0;
      }
      const at = y * rowLength + ((x * bits) >> 3);
      bytes[at] = (bytes[at] ?? 0) | (index << (8 - bits - ((x * bits) & 7)));
    }
  }
  return bytes;
}

/** PIXELs, RFC 6143 §7.4. */
export function writePixels(out: ByteWriter, values: ArrayLike<number>, pixels: PixelWriter): void {
  const bytes = new Uint8Array(values.length * pixels.bytesPerPixel);
  const data = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) pixels.putPixel(data, i * pixels.bytesPerPixel, values[i] ?? 0);
  out.bytes(bytes);
}

/** A rectangle of one colour inside a tile. */
export interface Subrect extends Rect {
  readonly value: number;
}

/** The colour that most pixels have, and rectangles that paint the others over it. */
export function subrectsOf({ width, height, values }: Tile): {
  readonly background: number;
  readonly subrects: Subrect[];
} {
  const background = mostCommon(values);
  const done = new Uint8Array(values.length);
  const subrects: Subrect[] = [];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (value === background || done[at]) continue;
    const x = at % width;
    const y = (at - x) / width;
    const fits = (i: number) => values[i] === value && !done[i];
    let across = 1;
    while (x + across < width && fits(at + across)) across++;
    let down = 1;
    const rowFits = (start: number) => {
      for (let i = start; i < start + across; i++) if (!fits(i)) return false;
      return true;
    };
    while (y + down < height && rowFits(at + down * width)) down++;
    for (let row = 0; row < down; row++) done.fill(1, at + row * width, at + row * width + across);
    subrects.push({ x, y, width: across, height: down, value });
  }
  return { background, subrects };
}

function mostCommon(values: Uint32Array): number {
  const counts = new Map<number, number>();
  let best = values[0] ?? 0;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
