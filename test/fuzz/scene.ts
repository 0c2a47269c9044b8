import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import type { RfbErrorCode } from '../../src/rfb/errors.ts';
import type { PixelReader } from '../../src/rfb/protocol/pixel-reader.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import type { Choices } from './choices.ts';
import { DeflateWriter } from './deflate-writer.ts';

/** What has to become of a stream: every byte of it is read, this error ends it, or whatever it is, both decoders say so. */
export type Expected = 'accepted' | RfbErrorCode | 'the same';

/** A session's state as far as what a server may say next depends on it. */
export class Scene {
  readonly choices: Choices;
  readonly pixels: PixelReader;
  width: number;
  height: number;
  /** Zlib's, ZRLE's and Tight's four. */
  readonly zlib = new DeflateWriter();
  readonly zrle = new DeflateWriter();
  readonly tight = [new DeflateWriter(), new DeflateWriter(), new DeflateWriter(), new DeflateWriter()] as const;
  /** For one rectangle's payload. */
  readonly out = new ByteWriter();
  expected: Expected = 'accepted';
  /** How many rules are kept before one is broken; none is when it is undefined. */
  #keep: number | undefined;

  constructor(choices: Choices, pixels: PixelReader, width: number, height: number) {
    this.choices = choices;
    this.pixels = pixels;
    this.width = width;
    this.height = height;
  }

  /** From here on, one of the next rules that `breaks` is asked about is broken. */
  wantFault(): void {
    this.#keep = this.choices.below(24);
  }

  /** Whether to break a rule here, which `expected` is the answer to: once in a stream, where it is wanted. */
  breaks(expected: Expected, oneIn: number): boolean {
    if (this.#keep === undefined || this.#keep-- > 0 || !this.choices.oneIn(oneIn)) return false;
    this.#keep = undefined;
    this.expected = expected;
    return true;
  }

  /** A rectangle inside the screen, near the sizes where decoders change their ways. */
  place(): Rect {
    const { choices } = this;
    const side = (most: number) => {
      if (choices.oneIn(60)) return 0;
      const kind = choices.below(8);
      if (kind < 4) return choices.between(1, Math.min(most, 12));
      if (kind === 4) return Math.min(most, choices.pick([16, 15, 17, 32]));
      if (kind === 5) return Math.min(most, choices.pick([64, 63, 65, 128]));
      return kind === 6 ? most : choices.between(1, Math.min(most, 40));
    };
    const width = this.width === 0 ? 0 : side(this.width);
    const height = this.height === 0 ? 0 : side(this.height);
    return {
      x: choices.below(this.width - width + 1),
      y: choices.below(this.height - height + 1),
      width,
      height,
    };
  }
}
