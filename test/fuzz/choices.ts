/**
 * What a generator decides, drawn from a source of 32-bit numbers. 0 is the simplest decision everywhere, and what comes when a
 * tape is at its end, so that fast-check's way of shrinking an array of numbers shrinks what is generated from it.
 */
export class Choices {
  readonly #next: () => number;

  constructor(next: () => number) {
    this.#next = next;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return this.#next() % count;
  }

  /** Both ends are possible. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1);
  }

  /** True once in `count` times. */
  oneIn(count: number): boolean {
    return this.below(count) === count - 1;
  }

  pick<T>(items: readonly [T, ...(readonly T[])]): T;
  pick<T>(items: readonly T[]): T | undefined;
  pick<T>(items: readonly T[]): T | undefined {
    return items[this.below(items.length)];
  }

  /** Fills with bytes of one of the kinds that pixels are made of; takes two decisions, however many bytes there are. */
  fill(bytes: Uint8Array): Uint8Array {
    const kind = this.below(4);
    const noise = randomNumbers(this.#next());
    const mask = [0x03, 0xff, 0x11, 0x80][kind] ?? 0xff;
    for (let at = 0; at < bytes.length; at += 4) {
      let four = noise();
      for (let i = at; i < at + 4 && i < bytes.length; i++, four >>>= 8) bytes[i] = four & mask;
    }
    return bytes;
  }

  bytes(length: number): Uint8Array {
    return this.fill(new Uint8Array(length));
  }
}

/** Numbers of 32 bits that begin with `seed` (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

export function choicesFrom(tape: readonly number[]): Choices {
  let at = 0;
  return new Choices(() => tape[at++] ?? 0);
}
