/** What a screen really shows, or shall show: R, G, B, A bytes, rows top-down, A always 255. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}

/** The first pixel where two pictures differ and how many do, as text for a failed test; undefined when they are equal. */
export function difference(got: Picture, wanted: Picture): string | undefined {
  if (got.width !== wanted.width || got.height !== wanted.height)
    return `${got.width}x${got.height}, the truth is ${wanted.width}x${wanted.height}`;
  const a = new DataView(got.rgba.buffer, got.rgba.byteOffset, got.rgba.byteLength);
  const b = new DataView(wanted.rgba.buffer, wanted.rgba.byteOffset, wanted.rgba.byteLength);
  let count = 0;
  let first = '';
  for (let at = 0; at < wanted.rgba.length; at += 4) {
    if (a.getUint32(at) === b.getUint32(at)) continue;
    count++;
    if (first !== '') continue;
    const x = (at / 4) % wanted.width;
    const y = Math.floor(at / 4 / wanted.width);
    first = `first at ${x},${y}: ${hex(a.getUint32(at))}, the truth is ${hex(b.getUint32(at))}`;
  }
  return count === 0 ? undefined : `${count} of ${wanted.width * wanted.height} pixels differ, ${first}`;
}

/** How many colours a picture has. */
export function colourCount(picture: Picture): number {
  const view = new DataView(picture.rgba.buffer, picture.rgba.byteOffset, picture.rgba.byteLength);
  const colours = new Set<number>();
  for (let at = 0; at < picture.rgba.length; at += 4) colours.add(view.getUint32(at));
  return colours.size;
}

/** Reads binary PPM (P6, 8 bits), what QEMU's `screendump` writes. */
export function parsePpm(bytes: Uint8Array): Picture {
  const head = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
  if (!head) throw new Error('not a binary PPM of 8 bits a channel');
  const width = Number(head[1]);
  const height = Number(head[2]);
  const rgb = bytes.subarray(head[0].length);
  if (rgb.length < width * height * 3) throw new Error(`PPM ends after ${rgb.length} of ${width * height * 3} bytes`);
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
  return { width, height, rgba };
}

const hex = (rgba: number) => `#${rgba.toString(16).padStart(8, '0')}`;
