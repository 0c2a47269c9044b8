/** The mean of the square of 2 × radius + 1 pixels around each (0xAABBGGRR); at the edges, of what there is. A is 255. */
export function boxBlurred(pixels: Uint32Array, width: number, height: number, radius: number): Uint32Array {
  const blurred = new Uint32Array(pixels.length).fill(0xff000000);
  for (const shift of [0, 8, 16]) {
    const rows = rowSums(pixels, width, height, radius, shift);
    const sums = new Uint32Array(width);
    for (let y = -radius; y < height; y++) {
      const entering = (y + radius) * width;
      const leaving = (y - radius - 1) * width;
      for (let x = 0; x < width; x++) {
        if (y + radius < height) sums[x] = (sums[x] ?? 0) + (rows[entering + x] ?? 0);
        if (leaving >= 0) sums[x] = (sums[x] ?? 0) - (rows[leaving + x] ?? 0);
      }
      if (y < 0) continue;
      const rowCount = within(y, radius, height);
      for (let x = 0; x < width; x++) {
        const mean = Math.round((sums[x] ?? 0) / (rowCount * within(x, radius, width)));
        blurred[y * width + x] = (blurred[y * width + x] ?? 0) | (mean << shift);
      }
    }
  }
  return blurred;
}

/** Of one channel, the sum of what lies within `radius` of each pixel in its row. */
function rowSums(pixels: Uint32Array, width: number, height: number, radius: number, shift: number): Uint32Array {
  const sums = new Uint32Array(pixels.length);
  for (let y = 0; y < height; y++) {
    const at = y * width;
    let sum = 0;
    for (let x = -radius; x < width; x++) {
      if (x + radius < width) sum += ((pixels[at + x + radius] ?? 0) >>> shift) & 255;
      if (x > radius) sum -= ((pixels[at + x - radius - 1] ?? 0) >>> shift) & 255;
      if (x >= 0) sums[at + x] = sum;
    }
  }
  return sums;
}

/** How many of `length` places lie within `radius` of the `i`th. */
function within(i: number, radius: number, length: number): number {
  return Math.min(length - 1, i + radius) - Math.max(0, i - radius) + 1;
}

/** Brightness by ITU-R BT.601, smoothed by OpenCV's Gaussian kernel of 3x3; the pixels beyond an edge mirror those before it. */
export function smoothGrey(pixels: Uint32Array, width: number, height: number): Uint8Array {
  const grey = new Uint8Array(pixels.length);
  for (const [at, pixel] of pixels.entries()) {
    grey[at] = Math.round(0.299 * (pixel & 255) + 0.587 * ((pixel >>> 8) & 255) + 0.114 * ((pixel >>> 16) & 255));
  }
  const rows = new Uint16Array(pixels.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width;
      rows[at + x] =
        (grey[at + mirrored(x - 1, width)] ?? 0) + 2 * (grey[at + x] ?? 0) + (grey[at + mirrored(x + 1, width)] ?? 0);
    }
  }
  for (let y = 0; y < height; y++) {
    const above = mirrored(y - 1, height) * width;
    const below = mirrored(y + 1, height) * width;
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      grey[at] = ((rows[above + x] ?? 0) + 2 * (rows[at] ?? 0) + (rows[below + x] ?? 0) + 8) >> 4;
    }
  }
  return grey;
}

function mirrored(i: number, length: number): number {
  if (i < 0) return Math.min(1, length - 1);
  return i < length ? i : Math.max(0, length - 2);
}
