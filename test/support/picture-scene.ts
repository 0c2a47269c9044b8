import { Display } from '../../src/server/display.ts';
import type { Scene } from '../../src/server/scenes/scene.ts';

/** A scene that shows these pixels (0xAABBGGRR), and does nothing by itself. */
export function pictureScene(width: number, height: number, pixels: readonly number[] = []): Scene {
  const display = new Display(width, height);
  display.framebuffer.pixels.set(pixels);
  return { name: 'picture', display };
}
