import type { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import type { PixelWriter } from '../pixel-writer.ts';
import { packIndexes, type Tile } from './tile.ts';

interface Run {
  readonly value: number;
  readonly length: number;
}

/** RFC 6143 §7.7.5 and §7.7.6: subencoding 0 is raw, 1 solid, 2 to 16 a packed palette, 128 plain RLE, 130 to 255 palette RLE. */
export function writeTile(out: ByteWriter, tile: Tile, pixels: PixelWriter): void {
  const runs = runsOf(tile.values);
  const palette = [...new Set(runs.map(({ value }) => value))];
  const cpixel = pixels.bytesPerCpixel;
  const paletteLength = palette.length * cpixel;
  const bits = palette.length <= 2 ? 1 : palette.length <= 4 ? 2 : 4;
  const sum = (cost: (run: Run) => number) => runs.reduce((total, run) => total + cost(run), 0);
  const lengthBytes = (length: number) => Math.floor((length - 1) / 255) + 1;
  const packed = palette.length <= 16 ? paletteLength + tile.height * Math.ceil((tile.width * bits) / 8) : Infinity;
  const paletteRle =
    palette.length <= 127
      ? paletteLength + sum((run) => (run.length === 1 ? 1 : 1 + lengthBytes(run.length)))
      : Infinity;
  const plainRle = sum((run) => cpixel + lengthBytes(run.length));
  const raw = tile.values.length * cpixel;
  const best = Math.min(packed, paletteRle, plainRle, raw);

  if (palette.length === 1) writeCpixels(out.u8(1), palette, pixels);
  else if (best === raw) writeCpixels(out.u8(0), tile.values, pixels);
  else if (best === packed) {
    writeCpixels(out.u8(palette.length), palette, pixels);
    out.bytes(packIndexes(tile, palette, bits));
  } else if (best === paletteRle) {
    writeCpixels(out.u8(128 + palette.length), palette, pixels);
    const indexes = new Map(palette.map((value, index) => [value, index]));
    for (const { value, length } of runs) {
      const index = indexes.get(value) ?? 0;
      if (length === 1) out.u8(index);
      else writeRunLength(out.u8(128 | index), length);
    }
  } else {
    out.u8(128);
    for (const { value, length } of runs) {
      writeCpixels(out, [value], pixels);
      writeRunLength(out, length);
    }
  }
}

function runsOf(values: Uint32Array): Run[] {
  const runs: Run[] = [];
  for (let start = 0, end = 0; start < values.length; start = end) {
    const value = values[start] ?? 0;
    while (end < values.length && values[end] === value) end++;
    runs.push({ value, length: end - start });
  }
  return runs;
}

function writeCpixels(out: ByteWriter, values: ArrayLike<number>, pixels: PixelWriter): void {
  const bytes = new Uint8Array(values.length * pixels.bytesPerCpixel);
  const data = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) pixels.putCpixel(data, i * pixels.bytesPerCpixel, values[i] ?? 0);
  out.bytes(bytes);
}

function writeRunLength(out: ByteWriter, length: number): void {
  let left = length - 1;
  for (; left >= 255; left -= 255) out.u8(255);
  out.u8(left);
}
