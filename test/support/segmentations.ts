import fc from 'fast-check';

/** `bytes`, cut at `size` everywhere. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
  return chunks;
}

/** `bytes`, cut at these places (any order, doubles and places outside allowed). */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const inside = [...new Set(places)].filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b);
  return [0, ...inside].map((at, i) => bytes.slice(at, inside[i] ?? bytes.length));
}

/** Arbitrary ways to cut `bytes` into chunks, single bytes and one whole chunk among them. */
export function segmentations(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.oneof(
    fc.constant<Uint8Array[]>([bytes]),
    fc.constant(pieces(bytes, 1)),
    fc.array(fc.nat(Math.max(1, bytes.length)), { maxLength: 40 }).map((places) => cutAt(bytes, places)),
  );
}
