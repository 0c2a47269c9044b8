import type { Choices } from './choices.ts';

/** What a field of any length holds at its edges. */
const EXTREMES: readonly number[] = [0, 0xff, 0x7f, 0x80, 1];

/** `bytes` with one to four things wrong: bits, bytes, too many of them, too few. */
export function mutate(choices: Choices, bytes: Uint8Array): Uint8Array {
  let mutated: Uint8Array = bytes.slice();
  for (let left = choices.between(1, 4); left > 0 && mutated.length > 0; left--) {
    const at = choices.below(mutated.length);
    const length = choices.pick([1, 2, 4, choices.between(1, 200)]);
    switch (choices.below(5)) {
      case 0:
        mutated[at] = (mutated[at] ?? 0) ^ (1 << choices.below(8));
        break;
      case 1:
        mutated[at] = choices.below(256);
        break;
      case 2:
        mutated.fill(choices.pick(EXTREMES) ?? 0, at, at + Math.min(length, 4));
        break;
      case 3:
        mutated = joined(mutated.subarray(0, at), mutated.subarray(at + length));
        break;
      default:
        mutated = joined(mutated.subarray(0, at + length), mutated.subarray(at));
    }
  }
  return mutated;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}
