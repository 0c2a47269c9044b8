import type { PixelReader } from '../pixel-reader.ts';

const OPAQUE = 0xff000000;

export type PixelKind = 'pixel' | 'cpixel' | 'tpixel';

/** How many bytes of that kind a pixel takes. */
export function bytesPer(pixels: PixelReader, kind: PixelKind): number {
  if (kind === 'pixel') return pixels.bytesPerPixel;
  return kind === 'cpixel' ? pixels.bytesPerCpixel : pixels.bytesPerTpixel;
}

/** Converts the first `count` pixels of `data` into `colours`. The kind of conversion is chosen once. */
export function readPixels(
  pixels: PixelReader,
  kind: PixelKind,
  data: DataView,
  colours: Uint32Array,
  count: number,
): void {
  const step = bytesPer(pixels, kind);
  const { bigEndian, redMax, greenMax, blueMax, redShift, greenShift, blueShift, trueColour } = pixels.format;
  if (step === 4 && trueColour && redMax === 255 && greenMax === 255 && blueMax === 255) {
    for (let i = 0; i < count; i++) {
      const value = data.getUint32(i * 4, !bigEndian);
      colours[i] =
        OPAQUE |
        (((value >>> blueShift) & 255) << 16) |
        (((value >>> greenShift) & 255) << 8) |
        ((value >>> redShift) & 255);
    }
  } else if (kind === 'pixel') {
    for (let i = 0, at = 0; i < count; i++, at += step) colours[i] = pixels.pixel(data, at);
  } else if (kind === 'cpixel') {
    for (let i = 0, at = 0; i < count; i++, at += step) colours[i] = pixels.cpixel(data, at);
  } else {
    for (let i = 0, at = 0; i < count; i++, at += step) colours[i] = pixels.tpixel(data, at);
  }
}

/**
 * Spreads packed palette indices over `colours`: rows of `width` that begin at a byte, most significant bits first. Returns
 * the first index that the palette does not have, else undefined.
 */
export function unpackIndices(
  packed: Uint8Array,
  bits: number,
  width: number,
  height: number,
  palette: Uint32Array,
  paletteSize: number,
  colours: Uint32Array,
): number | undefined {
  const mask = (1 << bits) - 1;
  let from = 0;
  let at = 0;
  for (let row = 0; row < height; row++) {
    let shift = 0;
    let byte = 0;
    for (let x = 0; x < width; x++) {
      if (shift === 0) {
        byte = packed[from++] ?? 0;
        shift = 8;
      }
      shift -= bits;
      const index = (byte >> shift) & mask;
      if (index >= paletteSize) return index;
      colours[at++] = palette[index] ?? 0;
    }
  }
  return undefined;
}
