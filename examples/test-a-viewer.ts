import assert from 'node:assert/strict';
import { connect } from 'rfbctl';
import { colour, Display, type PointerEvent, type Scene, type SceneKey, serve } from 'rfbctl/testing';

// #region scene
/** A light switch: a click turns it, Space too. */
class LightSwitch implements Scene {
  readonly name = 'light switch';
  readonly display = new Display(64, 64);
  on = false;
  #pressed = false;

  onPointer({ buttonMask }: PointerEvent): void {
    const pressed = (buttonMask & 1) !== 0;
    if (pressed && !this.#pressed) this.#turn();
    this.#pressed = pressed;
  }

  onKey({ down, keysym }: SceneKey): void {
    if (down && keysym === 0x20) this.#turn();
  }

  #turn(): void {
    this.on = !this.on;
    this.display.fill(this.display.framebuffer.bounds, this.on ? colour(255, 240, 160) : colour(0, 0, 0));
  }
}
// #endregion

// #region test
const scene = new LightSwitch();
await using server = await serve({ scene, password: 'secret', encodings: ['zrle'] });

// The viewer under test; any will do that can dial server.address.
await using viewer = await connect(server.address, { credentials: { password: 'secret' } });
await viewer.pointer.click(32, 32);
assert.equal(scene.on, true);
assert.deepEqual([...(await viewer.capture()).rgba.subarray(0, 3)], [255, 240, 160]);

await viewer.keyboard.press('space');
assert.equal(scene.on, false);
// #endregion
console.log('the viewer works');
