/** Raw, CopyRect, RRE, CoRRE, Hextile: payloads that nothing is compressed in. */
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import type { Scene } from './scene.ts';

export function raw({ choices, pixels, out }: Scene, { width, height }: Rect): void {
  out.bytes(choices.bytes(width * height * pixels.bytesPerPixel));
}

export function copyRect(scene: Scene, { width, height }: Rect): void {
  const { choices, out } = scene;
  if (scene.breaks('BAD_RECT', 2)) {
    const beyond = choices.pick([1, 2, 1000]);
    if (choices.oneIn(2)) out.u16(scene.width - width + beyond).u16(0);
    else out.u16(0).u16(scene.height - height + beyond);
    return;
  }
  out.u16(choices.below(scene.width - width + 1)).u16(choices.below(scene.height - height + 1));
}

export const rre = (scene: Scene, rect: Rect) => subrects(scene, rect, 0xffff);
export const coRre = (scene: Scene, rect: Rect) => subrects(scene, rect, 0xff);

/** See MAX_SUBRECT_OVERPAINT. */
const OVERPAINT = 8;

function subrects(scene: Scene, { width, height }: Rect, max: number): void {
  const { choices, pixels, out } = scene;
  const area = width * height;
  const geometry = (values: readonly number[]) => {
    for (const value of values) max === 0xff ? out.u8(value) : out.u16(value);
  };
  if (scene.breaks('BAD_LENGTH', 8)) {
    out.u32(choices.pick([area + 1, 0xffffffff, 0x80000000])).bytes(choices.bytes(pixels.bytesPerPixel));
    return;
  }
  if (area > 9 && width <= max && height <= max && scene.breaks('BAD_LENGTH', 8)) {
    out.u32(OVERPAINT + 1).bytes(choices.bytes(pixels.bytesPerPixel));
    for (let i = 0; i <= OVERPAINT; i++) {
      out.bytes(choices.bytes(pixels.bytesPerPixel));
      geometry(i < OVERPAINT ? [0, 0, width, height] : [width - 1, height - 1, 1, 1]);
    }
    return;
  }
  const bad = area > 0 && width <= max && height <= max && scene.breaks('BAD_RECT', 3);
  const count = Math.min(area, choices.pick([2, 0, 1, 5, 12, choices.between(0, 40)]));
  const badAt = bad ? choices.below(Math.max(1, count)) : -1;
  let left = area * OVERPAINT;
  out.u32(bad ? Math.max(1, count) : count).bytes(choices.bytes(pixels.bytesPerPixel));
  for (let i = 0; i < count || i <= badAt; i++) {
    out.bytes(choices.bytes(pixels.bytesPerPixel));
    const w = choices.below(Math.min(width, max) + 1);
    const h = choices.below(Math.min(height, max) + 1);
    const x = Math.min(max, choices.below(width - w + 1));
    const y = Math.min(max, choices.below(height - h + 1));
    if (i === badAt) {
      geometry(choices.oneIn(2) ? [width, y, max, h] : [x, height, w, max]);
      return;
    }
    const fits = w * h <= left;
    left -= fits ? w * h : 0;
    geometry(fits ? [x, y, w, h] : [x, y, w, 0]);
  }
}

const RAW = 1;
const BACKGROUND_SPECIFIED = 2;
const FOREGROUND_SPECIFIED = 4;
const ANY_SUBRECTS = 8;
const SUBRECTS_COLOURED = 16;

export function hextile(scene: Scene, { width, height }: Rect): void {
  const { choices, pixels, out } = scene;
  const { bytesPerPixel } = pixels;
  const pixel = () => out.bytes(choices.bytes(bytesPerPixel));
  let [background, foreground] = [false, false];
  for (let y = 0; y < height; y += 16) {
    const tileHeight = Math.min(16, height - y);
    for (let x = 0; x < width; x += 16) {
      const tileWidth = Math.min(16, width - x);
      let bits = choices.below(32);
      if (scene.breaks('BAD_SUBENCODING', 12)) {
        out.u8(bits | choices.pick([32, 64, 128]));
        return;
      }
      if (bits & RAW) {
        out.u8(bits).bytes(choices.bytes(tileWidth * tileHeight * bytesPerPixel));
        continue;
      }
      if (!background && !(bits & BACKGROUND_SPECIFIED) && !scene.breaks('BAD_SUBENCODING', 2)) {
        bits |= BACKGROUND_SPECIFIED;
      }
      const needsForeground = (bits & ANY_SUBRECTS) !== 0 && !(bits & SUBRECTS_COLOURED);
      if (needsForeground && !foreground && !(bits & FOREGROUND_SPECIFIED) && !scene.breaks('BAD_SUBENCODING', 2)) {
        bits |= FOREGROUND_SPECIFIED;
      }
      out.u8(bits);
      if (bits & BACKGROUND_SPECIFIED) pixel();
      if (bits & FOREGROUND_SPECIFIED) pixel();
      background = true;
      foreground ||= (bits & FOREGROUND_SPECIFIED) !== 0;
      if (!(bits & ANY_SUBRECTS)) continue;
      const bad = (tileWidth < 16 || tileHeight < 16) && scene.breaks('BAD_RECT', 2);
      const beyond = !bad && scene.breaks('BAD_RECT', 4);
      const count = choices.pick([1, 0, 2, 6, choices.below(256)]) || (bad || beyond ? 1 : 0);
      const badAt = bad || beyond ? choices.below(count) : -1;
      out.u8(count);
      for (let i = 0; i < count; i++) {
        if (bits & SUBRECTS_COLOURED) pixel();
        const sx = choices.below(tileWidth);
        const sy = choices.below(tileHeight);
        let w = choices.between(1, tileWidth - sx);
        let h = choices.between(1, tileHeight - sy);
        // All that the fields can hold: beyond a tile of 16x16, too.
        if (i === badAt) [w, h] = sx + 16 > tileWidth ? [16, h] : [w, 16];
        if (i === badAt && sx + w <= tileWidth && sy + h <= tileHeight) out.u8(0xff).u8(0xff);
        else out.u8((sx << 4) | sy).u8(((w - 1) << 4) | (h - 1));
      }
      if (badAt >= 0) return;
    }
  }
}
