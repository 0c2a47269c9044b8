import fc from 'fast-check';

/** One thing that goes wrong with bytes; places are taken modulo their number. */
type Mutation =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'set' | 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'delete' | 'duplicate'; readonly at: number; readonly length: number }
  | { readonly kind: 'truncate'; readonly at: number };

const at = fc.nat(0xffffff);

/** Values that lie at the edges of what a field can hold. */
const extreme = fc.constantFrom(
  Uint8Array.of(0),
  Uint8Array.of(0xff),
  Uint8Array.of(0x7f),
  Uint8Array.of(0xff, 0xff),
  Uint8Array.of(0, 0, 0, 0),
  Uint8Array.of(0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0x80, 0, 0, 0),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff),
);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at, bit: fc.nat(7) }),
  fc.record({
    kind: fc.constantFrom('set' as const, 'insert' as const),
    at,
    bytes: fc.oneof(extreme, fc.uint8Array({ minLength: 1, maxLength: 6 })),
  }),
  fc.record({
    kind: fc.constantFrom('delete' as const, 'duplicate' as const),
    at,
    length: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 200 })),
  }),
  fc.record({ kind: fc.constant('truncate' as const), at }),
);

export const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });

export function mutated(bytes: Uint8Array, steps: readonly Mutation[]): Uint8Array {
  return steps.reduce(apply, bytes);
}

function apply(bytes: Uint8Array, mutation: Mutation): Uint8Array {
  if (bytes.length === 0) return bytes;
  const place = mutation.at % bytes.length;
  const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (mutation.kind) {
    case 'flip':
      return bytes.map((byte, i) => (i === place ? byte ^ (1 << mutation.bit) : byte));
    case 'set':
      return Buffer.concat([head, mutation.bytes, tail.subarray(mutation.bytes.length)]);
    case 'insert':
      return Buffer.concat([head, mutation.bytes, tail]);
    case 'delete':
      return Buffer.concat([head, tail.subarray(mutation.length)]);
    case 'duplicate':
      return Buffer.concat([head, tail.subarray(0, mutation.length), tail]);
    case 'truncate':
      return head;
  }
}
