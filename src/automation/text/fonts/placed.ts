/** The rows of a cell of this size, with a smaller bitmap at a place in it; what sticks out is cut off. */
export function placed(
  bitmap: { readonly width: number; readonly height: number; bit(x: number, y: number): boolean },
  at: { readonly left: number; readonly top: number },
  cell: { readonly width: number; readonly height: number },
): Uint32Array {
  const rows = new Uint32Array(cell.height);
  for (let y = Math.max(0, -at.top); y < bitmap.height && at.top + y < cell.height; y++) {
    let bits = 0;
    for (let x = Math.max(0, -at.left); x < bitmap.width && at.left + x < cell.width; x++) {
      if (bitmap.bit(x, y)) bits |= 1 << (cell.width - 1 - at.left - x);
    }
    rows[at.top + y] = bits;
  }
  return rows;
}
