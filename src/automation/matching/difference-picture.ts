import type { Rect } from '../../rfb/protocol/rect.ts';
import type { Picture } from '../picture.ts';

export type Finding = 'alike' | 'different' | 'masked';

/** A screen in pale grey; where something was compared darker, what was different red, what did not count blue. */
export class DifferencePicture {
  readonly picture: Picture;

  constructor(screen: Picture) {
    const rgba = new Uint8Array(screen.rgba.length);
    for (let at = 0; at < rgba.length; at += 4) {
      const grey = brightness(screen.rgba, at);
      rgba.fill(PALE + (grey * (255 - PALE)) / 255, at, at + 3);
      rgba[at + 3] = 255;
    }
    this.picture = { ...screen, rgba };
  }

  /** Asks for each pixel of a part: by its index on the screen, and in the part. */
  paint({ x, y, width, height }: Rect, finding: (at: number, i: number) => Finding): void {
    const { rgba, width: stride } = this.picture;
    for (let row = 0, i = 0; row < height; row++) {
      for (let column = 0; column < width; column++, i++) {
        const at = (y + row) * stride + x + column;
        const grey = ((rgba[at * 4] ?? 0) - PALE) / (255 - PALE);
        rgba.set(COLOURS[finding(at, i)](Math.round(grey * 255)), at * 4);
      }
    }
  }
}

const PALE = 160;

const COLOURS: Readonly<Record<Finding, (grey: number) => readonly [number, number, number]>> = {
  alike: (grey) => [grey, grey, grey],
  different: (grey) => [180 + (grey * 75) / 255, (grey * 100) / 255, (grey * 100) / 255],
  masked: (grey) => [grey / 2, grey / 2, 128 + grey / 2],
};

function brightness(rgba: Uint8Array, at: number): number {
  return Math.round(0.299 * (rgba[at] ?? 0) + 0.587 * (rgba[at + 1] ?? 0) + 0.114 * (rgba[at + 2] ?? 0));
}
