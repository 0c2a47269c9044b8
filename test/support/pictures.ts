import type { Picture } from '../../src/automation/picture.ts';

/** A picture of these pixels, 0xBBGGRR. */
export function pictureOf(
  width: number,
  height: number,
  colours: readonly number[] | ((x: number, y: number) => number),
): Picture {
  const pixels = new Uint32Array(width * height);
  for (let i = 0; i < pixels.length; i++) {
    const colour = typeof colours === 'function' ? colours(i % width, Math.floor(i / width)) : (colours[i] ?? 0);
    pixels[i] = (colour | 0xff000000) >>> 0;
  }
  return { width, height, rgba: new Uint8Array(pixels.buffer), fresh: true };
}

/** The same with other pixels where `change` gives one. */
export function changedPicture(
  picture: Picture,
  change: (x: number, y: number, colour: number) => number | undefined,
): Picture {
  const pixels = new Uint32Array(picture.rgba.slice().buffer);
  return pictureOf(picture.width, picture.height, (x, y) => {
    const colour = (pixels[y * picture.width + x] ?? 0) & 0xffffff;
    return change(x, y, colour) ?? colour;
  });
}

/** The same with these pixels transparent. */
export function transparent(picture: Picture, where: (x: number, y: number) => boolean): Picture {
  const rgba = picture.rgba.slice();
  for (let i = 0; i < picture.width * picture.height; i++) {
    if (where(i % picture.width, Math.floor(i / picture.width))) rgba[i * 4 + 3] = 0;
  }
  return { ...picture, rgba };
}

/** No two pixels near one another have the same colour, and no part looks like another. */
export function noise(width: number, height: number, seed = 1): Picture {
  let state = seed;
  return pictureOf(width, height, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  });
}
