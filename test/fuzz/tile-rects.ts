/** The tiles of TRLE and ZRLE. */
import type { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import type { Scene } from './scene.ts';

const PLAIN_RLE = 128;

export function tiles(scene: Scene, { width, height }: Rect, out: ByteWriter, side: 16 | 64): void {
  let paletteSize = 0;
  for (let y = 0; y < height; y += side) {
    for (let x = 0; x < width; x += side) {
      paletteSize = tile(scene, out, Math.min(side, width - x), Math.min(side, height - y), paletteSize, side === 16);
      if (scene.expected !== 'accepted') return;
    }
  }
}

/** Returns the size of the palette that the next tile may use. */
function tile(scene: Scene, out: ByteWriter, width: number, height: number, before: number, reuse: boolean): number {
  const { choices, pixels } = scene;
  const area = width * height;
  const cpixels = (count: number) => out.bytes(choices.bytes(count * pixels.bytesPerCpixel));
  if (scene.breaks('BAD_SUBENCODING', 10)) {
    out.u8(choices.between(17, 126)).bytes(choices.bytes(area));
    return 0;
  }
  if (!reuse && scene.breaks('BAD_SUBENCODING', 12)) {
    out.u8(choices.pick([127, 129])).bytes(choices.bytes(area));
    return 0;
  }
  if (reuse && (before === 0 || before > 16) && scene.breaks('BAD_SUBENCODING', 3)) {
    out.u8(before === 0 ? choices.pick([127, 129]) : 127).bytes(choices.bytes(area));
    return 0;
  }
  switch (choices.below(6)) {
    case 0:
      out.u8(1);
      cpixels(1);
      return before;
    case 1:
      out.u8(0);
      cpixels(area);
      return before;
    case 2:
      out.u8(PLAIN_RLE);
      runs(scene, out, area, () => {
        cpixels(1);
        return true;
      });
      return before;
    case 3: {
      if (reuse && before >= 2 && before <= 16 && choices.oneIn(2)) {
        out.u8(127);
        packed(scene, out, width, height, before);
        return before;
      }
      const size = choices.between(2, 16);
      out.u8(size);
      cpixels(size);
      packed(scene, out, width, height, size);
      return size;
    }
    default: {
      const again = reuse && before >= 2 && choices.oneIn(2);
      const size = again ? before : choices.pick([2, 3, 17, 127, choices.between(2, 127)]);
      out.u8(again ? 129 : PLAIN_RLE + size);
      if (!again) cpixels(size);
      const badAt = size < 127 && scene.breaks('BAD_SUBENCODING', 3) ? choices.below(area) : -1;
      runs(scene, out, area, (at, length) => {
        const index =
          at <= badAt && badAt < at + length ? choices.pick([size, choices.between(size, 127)]) : choices.below(size);
        const isRun = length > 1 || choices.oneIn(8);
        out.u8(isRun ? index | 128 : index);
        return isRun;
      });
      return size;
    }
  }
}

function packed(scene: Scene, out: ByteWriter, width: number, height: number, size: number): void {
  const { choices } = scene;
  const bits = size <= 2 ? 1 : size <= 4 ? 2 : 4;
  const rowLength = Math.ceil((width * bits) / 8);
  const bad = size < 1 << bits && scene.breaks('BAD_SUBENCODING', 3);
  const [badX, badY] = bad ? [choices.below(width), choices.below(height)] : [-1, -1];
  const row = new Uint8Array(rowLength);
  for (let y = 0; y < height; y++) {
    // What fills up the last byte may be anything.
    choices.fill(row);
    if (size < 1 << bits) {
      for (let x = 0; x < width; x++) setIndex(row, x, bits, choices.below(size));
      if (y === badY) setIndex(row, badX, bits, choices.between(size, (1 << bits) - 1));
    }
    out.bytes(row);
  }
}

function setIndex(row: Uint8Array, x: number, bits: number, index: number): void {
  const shift = 8 - bits - ((x * bits) & 7);
  const at = (x * bits) >> 3;
  row[at] = ((row[at] ?? 0) & ~(((1 << bits) - 1) << shift)) | (index << shift);
}

/** `begin` writes what a run begins with and says whether its length follows. */
function runs(scene: Scene, out: ByteWriter, area: number, begin: (at: number, length: number) => boolean): void {
  const { choices } = scene;
  for (let at = 0; at < area; ) {
    const left = area - at;
    const bad = scene.breaks('BAD_LENGTH', 10);
    const kind = choices.below(5);
    const length = bad
      ? left + choices.pick([1, choices.between(1, 300)])
      : Math.min(left, kind === 0 ? left : kind === 1 ? 1 : choices.between(1, kind === 2 ? 20 : 400));
    if (begin(at, length)) {
      for (let rest = length - 1; ; rest -= 255) {
        out.u8(Math.min(rest, 255));
        if (rest < 255) break;
      }
    }
    if (bad) return;
    at += length;
  }
}
