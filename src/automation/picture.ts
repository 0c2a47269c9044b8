import { contains, type Rect } from '../rfb/protocol/rect.ts';

/** Pixels as they were on the screen: R, G, B, A bytes (A is 255), rows top-down. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
  /**
   * Whether every pixel was painted by an update that followed the request. If not, the server left several requests
   * unanswered, as some do when nothing has changed since the picture that it sent before.
   */
  readonly fresh: boolean;
}

export function samePixels(a: Picture, b: Picture): boolean {
  return a.width === b.width && a.height === b.height && Buffer.compare(a.rgba, b.rgba) === 0;
}

/** A copy of a part; undefined when not all of it is inside. */
export function crop(picture: Picture, region: Rect): Picture | undefined {
  const { width, height } = region;
  if (!contains({ x: 0, y: 0, width: picture.width, height: picture.height }, region)) return undefined;
  const rgba = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    const from = ((region.y + row) * picture.width + region.x) * 4;
    rgba.set(picture.rgba.subarray(from, from + width * 4), row * width * 4);
  }
  return { width, height, rgba, fresh: picture.fresh };
}

/** The pixels as 32-bit values, 0xAABBGGRR; a view where the bytes allow it, else a copy. */
export function pixelsOf({ rgba }: Picture): Uint32Array {
  const { buffer, byteOffset, byteLength } = isAligned(rgba) ? rgba : rgba.slice();
  return new Uint32Array(buffer, byteOffset, byteLength / 4);
}

/** `#rrggbb` when all of the picture has one colour. */
export function onlyColour(picture: Picture): string | undefined {
  const pixels = pixelsOf(picture);
  if (!pixels.every((pixel) => pixel === pixels[0])) return undefined;
  return `#${Buffer.from(picture.rgba.subarray(0, 3)).toString('hex')}`;
}

function isAligned({ byteOffset }: Uint8Array): boolean {
  return byteOffset % 4 === 0;
}
