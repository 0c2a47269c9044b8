import { colour, Display } from '../display.ts';
import { GLYPH_HEIGHT } from '../font.ts';
import type { Scene, SceneType } from './scene.ts';

const WIDTH = 800;
const HEIGHT = 600;
const LEFT = 144;

type Shade = (value: number) => number;

/** A test card: what a pixel format loses or swaps can be seen, and measured at known places. */
export const colours: SceneType = {
  name: 'colours',
  summary: 'a test card, 800x600: ramps of every channel, bars, one-pixel patterns',
  create: () => new ColoursScene(),
};

/** Each ramp has all 256 values from left to right, two pixels wide each. */
const RAMPS: readonly (readonly [label: string, shade: Shade])[] = [
  ['red', (value) => colour(value, 0, 0)],
  ['green', (value) => colour(0, value, 0)],
  ['blue', (value) => colour(0, 0, value)],
  ['cyan', (value) => colour(0, value, value)],
  ['magenta', (value) => colour(value, 0, value)],
  ['yellow', (value) => colour(value, value, 0)],
  ['grey', (value) => colour(value, value, value)],
];

const BARS = [
  colour(255, 255, 255),
  colour(255, 255, 0),
  colour(0, 255, 255),
  colour(0, 255, 0),
  colour(255, 0, 255),
  colour(255, 0, 0),
  colour(0, 0, 255),
  colour(0, 0, 0),
];

class ColoursScene implements Scene {
  readonly name = colours.name;
  readonly display = new Display(WIDTH, HEIGHT);

  constructor() {
    const { display } = this;
    display.fill(display.framebuffer.bounds, colour(40, 40, 40));
    this.#frame();
    display.text(LEFT, 20, 'rfbctl colours: 256 steps in each ramp, two pixels a step', colour(255, 255, 255));
    for (const [i, [label, shade]] of RAMPS.entries()) {
      const y = 52 + i * 44;
      this.#label(label, y);
      display.shade({ x: LEFT, y, width: 512, height: 32 }, (x) => shade(x >> 1));
    }
    this.#label('bars', 364);
    for (const [i, bar] of BARS.entries()) display.fill({ x: LEFT + i * 64, y: 364, width: 64, height: 48 }, bar);
    this.#label('hue', 424);
    display.shade({ x: LEFT, y: 424, width: 512, height: 64 }, (x, y) => hue((x / 512) * 6, 1 - y / 64));
    this.#label('patterns', 500);
    for (const [i, pattern] of PATTERNS.entries()) {
      display.shade({ x: LEFT + i * 104, y: 500, width: 96, height: 64 }, (x, y) =>
        pattern(x, y) ? colour(255, 255, 255) : colour(0, 0, 0),
      );
    }
  }

  /** One pixel wide at the very edge: shows whether the last row and column arrive. */
  #frame(): void {
    const white = colour(255, 255, 255);
    this.display.fill({ x: 0, y: 0, width: WIDTH, height: 1 }, white);
    this.display.fill({ x: 0, y: HEIGHT - 1, width: WIDTH, height: 1 }, white);
    this.display.fill({ x: 0, y: 0, width: 1, height: HEIGHT }, white);
    this.display.fill({ x: WIDTH - 1, y: 0, width: 1, height: HEIGHT }, white);
  }

  #label(label: string, y: number): void {
    this.display.text(LEFT - 16 - label.length * 8, y + (32 - GLYPH_HEIGHT) / 2, label, colour(200, 200, 200));
  }
}

const PATTERNS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (x) => x % 2 === 0,
  (_x, y) => y % 2 === 0,
  (x, y) => x % 16 === 0 || y % 16 === 0,
  (x, y) => (x - 48) ** 2 + (y - 32) ** 2 < 30 ** 2,
];

/** A pure hue, 0 to 6 around the circle, as bright as `value`. */
function hue(at: number, value: number): number {
  const channel = (centre: number) => {
    const distance = Math.min(Math.abs(at - centre), 6 - Math.abs(at - centre));
    return Math.round(255 * value * Math.max(0, Math.min(1, 2 - distance)));
  };
  return colour(channel(0), channel(2), channel(4));
}
