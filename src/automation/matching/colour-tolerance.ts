import { UsageError } from '../../rfb/errors.ts';
import type { PixelFormat } from '../../rfb/protocol/pixel-format.ts';

/** Weights of the squared differences in brightness and the two of colour, and the largest sum that two colours reach. */
const WEIGHT_Y = 0.5053;
const WEIGHT_I = 0.299;
const WEIGHT_Q = 0.1957;
const LARGEST_SUM = 35_215;

/**
 * How different two colours (0x..BBGGRR) look, 0 to 255: black and white are 246 apart, neighbouring greys about 1. By
 * Kotsarenko and Ramos, "Measuring perceived color difference using YIQ NTSC transmission color space in mobile
 * applications", 2010.
 */
export function colourDistance(a: number, b: number): number {
  const sum = squaredSum(
    (a & 255) - (b & 255),
    ((a >> 8) & 255) - ((b >> 8) & 255),
    ((a >> 16) & 255) - ((b >> 16) & 255),
  );
  return Math.min(255, Math.sqrt(sum / LARGEST_SUM) * 255);
}

function squaredSum(red: number, green: number, blue: number): number {
  const y = 0.29889531 * red + 0.58662247 * green + 0.11448223 * blue;
  const i = 0.59597799 * red - 0.2741761 * green - 0.32180189 * blue;
  const q = 0.21147017 * red - 0.52261711 * green + 0.31114694 * blue;
  return WEIGHT_Y * y * y + WEIGHT_I * i * i + WEIGHT_Q * q * q;
}

/**
 * Which colours count as the same. What a pixel format with few bits loses is forgiven for each channel by itself: the
 * servers cut or round, and a difference below one step of the format may come from there. What is left may be `fuzz` apart.
 */
export class ColourTolerance {
  /** Only equal colours are the same. */
  readonly exact: boolean;
  readonly #steps: readonly [red: number, green: number, blue: number];
  readonly #largestSum: number;

  /** @throws UsageError `BAD_OPTION` */
  constructor(fuzz: number, format?: PixelFormat) {
    if (!(fuzz >= 0 && fuzz <= 255)) throw new UsageError('BAD_OPTION', `fuzz is ${fuzz}, wanted 0 to 255`);
    this.#steps = lossOf(format);
    this.#largestSum = (fuzz / 255) ** 2 * LARGEST_SUM;
    this.exact = fuzz === 0 && this.#steps.every((step) => step === 0);
  }

  alike(a: number, b: number): boolean {
    if (((a ^ b) & 0xffffff) === 0) return true;
    if (this.exact) return false;
    const red = beyond((a & 255) - (b & 255), this.#steps[0]);
    const green = beyond(((a >> 8) & 255) - ((b >> 8) & 255), this.#steps[1]);
    const blue = beyond(((a >> 16) & 255) - ((b >> 16) & 255), this.#steps[2]);
    if (this.#largestSum === 0) return red === 0 && green === 0 && blue === 0;
    return squaredSum(red, green, blue) <= this.#largestSum;
  }
}

/** The largest differences that each channel of the format may cause: less than a step; none where it has 8 bits, or a colour map. */
function lossOf(format: PixelFormat | undefined): readonly [number, number, number] {
  if (!format?.trueColour) return [0, 0, 0];
  const loss = (max: number) => Math.max(0, Math.ceil(255 / max) - 1);
  return [loss(format.redMax), loss(format.greenMax), loss(format.blueMax)];
}

function beyond(difference: number, step: number): number {
  if (difference > step) return difference - step;
  return difference < -step ? difference + step : 0;
}
