import type { Picture } from './picture.ts';

/**
 * A picture that makes encoders use everything they have: flat areas, two-colour text-like dither, palettes of 4, 16 and
 * 100 colours, smooth gradients (gradient filter, JPEG), noise (raw), long runs, and odd edges. The same on every run.
 */
export function testCard(width: number, height: number): Picture {
  const rgba = new Uint8Array(width * height * 4);
  const random = new Random(1);
  const bands: readonly Band[] = [
    flat,
    dither,
    palette(4),
    smooth,
    palette(16),
    lines,
    palette(100),
    noise,
    photo,
    runs,
  ];
  const columns = 4;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      // Cells that are no multiple of 16 or 64 wide, and rows of cells shifted against each other.
      const row = Math.floor((y * bands.length) / height);
      const band = bands[(row + 3 * Math.floor((x * columns) / width)) % bands.length] ?? flat;
      const [red, green, blue] = band(x, y, random);
      rgba[at] = red;
      rgba[at + 1] = green;
      rgba[at + 2] = blue;
      rgba[at + 3] = 255;
    }
  }
  return { width, height, rgba };
}

/** Colours that the format can hold: every server then has the same idea of them, however it rounds. */
export function exactIn(
  picture: Picture,
  format: { readonly redMax: number; readonly greenMax: number; readonly blueMax: number },
): Picture {
  const rgba = picture.rgba.slice();
  for (let at = 0; at < rgba.length; at += 4) {
    for (const [i, max] of [format.redMax, format.greenMax, format.blueMax].entries()) {
      rgba[at + i] = Math.floor((Math.floor(((rgba[at + i] ?? 0) * (max + 1)) / 256) * 255) / max);
    }
  }
  return { ...picture, rgba };
}

type Colour = readonly [red: number, green: number, blue: number];
type Band = (x: number, y: number, random: Random) => Colour;

const flat: Band = (x, y) => (x % 100 < 3 || y % 37 === 0 ? [200, 30, 60] : [40, 80, 160]);
const dither: Band = (x, y) => ((x * 7 + y * 13) % 11 < 4 ? [255, 255, 255] : [0, 0, 0]);
const smooth: Band = (x, y) => [x & 255, y & 255, ((x + y) >> 1) & 255];
const lines: Band = (x, y) => (y % 9 < 2 ? [(y * 5) & 255, 90, 10] : x % 50 === 0 ? [0, 255, 0] : [230, 230, 220]);
const noise: Band = (_x, _y, random) => [random.byte(), random.byte(), random.byte()];
const runs: Band = (x, y) => [(Math.floor((x + y * 5) / 23) * 40) & 255, 128, (y * 3) & 255];

const photo: Band = (x, y, random) => {
  const light = 128 + 90 * Math.sin(x / 41) * Math.cos(y / 29) + (random.byte() % 12);
  return [light & 255, (light * 0.8) & 255, (60 + light * 0.5) & 255];
};

function palette(size: number): Band {
  return (_x, _y, random) => {
    const index = random.byte() % size;
    return [(index * 37) & 255, (index * 91 + 20) & 255, (index * 151 + 70) & 255];
  };
}

/** xorshift32: the same numbers everywhere. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  byte(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 11) & 255;
  }
}
