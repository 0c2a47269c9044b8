import { Framebuffer } from '../rfb/protocol/framebuffer.ts';
import type { LedState } from '../rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { GLYPH_HEIGHT, GLYPH_WIDTH, glyph } from './font.ts';

/** What happens on a display; every session of a server watches it. */
export interface DisplayWatcher {
  /** Pixels inside `rect` may have changed. */
  damaged(rect: Rect): void;
  resized(): void;
  bell(): void;
  /** The machine's clipboard has this text now. */
  cutText(text: string): void;
  /** The lock keys' lights are like this now. */
  ledState?(state: LedState): void;
}

/** The screen that a scene draws on: pixels as in `Framebuffer`, and the news of what changed. */
export class Display {
  readonly framebuffer: Framebuffer;
  #leds: LedState | undefined;
  #clipboard: string | undefined;
  readonly #watchers = new Set<DisplayWatcher>();

  constructor(width: number, height: number) {
    this.framebuffer = new Framebuffer(width, height);
    this.framebuffer.fill(this.framebuffer.bounds, colour(0, 0, 0));
  }

  get width(): number {
    return this.framebuffer.width;
  }

  get height(): number {
    return this.framebuffer.height;
  }

  /** Returns how to stop. */
  watch(watcher: DisplayWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Says that `rect` has changed: for those who write to `framebuffer.pixels` themselves. Any rectangle is fine. */
  damage(rect: Rect): void {
    const inside = clip(rect, this.framebuffer.bounds);
    if (inside.width === 0 || inside.height === 0) return;
    for (const watcher of this.#watchers) watcher.damaged(inside);
  }

  fill(rect: Rect, colour: number): void {
    const inside = clip(rect, this.framebuffer.bounds);
    this.framebuffer.fill(inside, colour);
    this.damage(inside);
  }

  /** Sets every pixel of `rect` to what `colourAt` says; coordinates count from the rectangle's corner. */
  shade(rect: Rect, colourAt: (x: number, y: number) => number): void {
    const inside = clip(rect, this.framebuffer.bounds);
    for (let y = inside.y; y < inside.y + inside.height; y++) {
      for (let x = inside.x; x < inside.x + inside.width; x++) {
        this.framebuffer.pixels[y * this.width + x] = colourAt(x - rect.x, y - rect.y);
      }
    }
    this.damage(inside);
  }

  /** Draws a line of text in 8x16 glyphs, the upper left of the first at `x`, `y`; without `background` only the strokes. */
  text(x: number, y: number, text: string, colour: number, background?: number): void {
    const { pixels } = this.framebuffer;
    let left = x;
    for (const character of text) {
      const rows = glyph(character);
      for (let row = 0; row < GLYPH_HEIGHT && y + row < this.height; row++) {
        for (let column = 0; column < GLYPH_WIDTH && left + column < this.width; column++) {
          const set = ((rows[row] ?? 0) >> (GLYPH_WIDTH - 1 - column)) & 1;
          if (set) pixels[(y + row) * this.width + left + column] = colour;
          else if (background !== undefined) pixels[(y + row) * this.width + left + column] = background;
        }
      }
      left += GLYPH_WIDTH;
    }
    this.damage({ x, y, width: left - x, height: GLYPH_HEIGHT });
  }

  /** Changes the size; what both sizes share stays, the rest is black. */
  resize(width: number, height: number): void {
    this.framebuffer.resize(width, height);
    for (const [i, pixel] of this.framebuffer.pixels.entries()) {
      if (pixel === 0) this.framebuffer.pixels[i] = colour(0, 0, 0);
    }
    for (const watcher of this.#watchers) watcher.resized();
  }

  bell(): void {
    for (const watcher of this.#watchers) watcher.bell();
  }

  /** What `cutText` has told last. */
  get clipboard(): string | undefined {
    return this.#clipboard;
  }

  cutText(text: string): void {
    this.#clipboard = text;
    for (const watcher of this.#watchers) watcher.cutText(text);
  }

  /** The lock keys' lights, where the machine has any. */
  get ledState(): LedState | undefined {
    return this.#leds;
  }

  setLedState(state: LedState): void {
    this.#leds = state;
    for (const watcher of this.#watchers) watcher.ledState?.(state);
  }
}

/** An opaque pixel, channels 0 to 255. */
export function colour(red: number, green: number, blue: number): number {
  return ((0xff << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** The part of `rect` that is inside `bounds`; its width or height is 0 when there is none. */
export function clip(rect: Rect, bounds: Rect): Rect {
  const x = Math.max(rect.x, bounds.x);
  const y = Math.max(rect.y, bounds.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(rect.x + rect.width, bounds.x + bounds.width) - x),
    height: Math.max(0, Math.min(rect.y + rect.height, bounds.y + bounds.height) - y),
  };
}
