import { pair, X, XClient } from './x-client.ts';
import type { XDisplay } from './x-display.ts';

/** What arrived at the X server; a keysym is what the keycode meant there under the modifiers of the event. */
export type InputEvent =
  | { readonly kind: 'key'; readonly down: boolean; readonly keysym: number; readonly keycode: number }
  | { readonly kind: 'button'; readonly down: boolean; readonly button: number; readonly x: number; readonly y: number }
  | { readonly kind: 'move'; readonly x: number; readonly y: number };

/**
 * Records keys, buttons and motion in an invisible window over the whole screen that has the keyboard focus. The X
 * server's own key repeat is switched off: what is recorded is what a client sent.
 */
export class XInputRecorder implements Disposable {
  readonly #client: XClient;
  readonly #events: Buffer[] = [];

  private constructor(client: XClient) {
    this.#client = client;
    client.onEvent = (event) => {
      if ((event[0] ?? 0) % 128 <= MOTION_NOTIFY) this.#events.push(event);
    };
  }

  static async start(display: XDisplay): Promise<XInputRecorder> {
    const client = await XClient.connect(display.number);
    const { root, width, height } = client.screen;
    const window = client.id();
    const recorder = new XInputRecorder(client);
    const attributes = [OVERRIDE_REDIRECT | EVENT_MASK, 1, KEYS_BUTTONS_MOTION];
    client.send(X.CreateWindow, 0, window, root, 0, pair(width, height), pair(0, INPUT_ONLY), 0, ...attributes);
    client.send(X.MapWindow, 0, window);
    client.send(X.SetInputFocus, 1, window, 0);
    client.send(X.ChangeKeyboardControl, 0, AUTO_REPEAT_MODE, 0);
    await client.sync();
    return recorder;
  }

  /** All events so far. Keysyms are looked up now: VNC servers add to the keyboard map as they need. */
  async events(): Promise<InputEvent[]> {
    const keysymOf = await this.#keyboardMap();
    return this.#events.map((event) => {
      const kind = (event[0] ?? 0) % 128;
      const detail = event[1] ?? 0;
      const x = event.readInt16LE(20);
      const y = event.readInt16LE(22);
      if (kind === MOTION_NOTIFY) return { kind: 'move', x, y };
      if (kind >= BUTTON_PRESS) return { kind: 'button', down: kind === BUTTON_PRESS, button: detail, x, y };
      return {
        kind: 'key',
        down: kind === KEY_PRESS,
        keysym: keysymOf(detail, event.readUInt16LE(28)),
        keycode: detail,
      };
    });
  }

  /** Keysyms (unshifted) of the keys that the X server takes for held now. */
  async heldKeysyms(): Promise<number[]> {
    const reply = await this.#client.ask(X.QueryKeymap, 0);
    const keysymOf = await this.#keyboardMap();
    const codes = Array.from({ length: 256 }, (_, code) => code);
    return codes.filter((code) => ((reply[8 + (code >> 3)] ?? 0) >> (code & 7)) & 1).map((code) => keysymOf(code, 0));
  }

  clear(): void {
    this.#events.length = 0;
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async #keyboardMap(): Promise<(keycode: number, state: number) => number> {
    const { minKeycode, maxKeycode } = this.#client.screen;
    const request = Uint8Array.of(minKeycode, maxKeycode - minKeycode + 1, 0, 0);
    const reply = await this.#client.ask(X.GetKeyboardMapping, 0, request);
    const columns = reply[1] ?? 0;
    const at = (keycode: number, column: number) =>
      column < columns ? reply.readUInt32LE(32 + ((keycode - minKeycode) * columns + column) * 4) : 0;
    return (keycode, state) => {
      // XKB's core map: levels 1 and 2, the second group's, then levels 3 and 4.
      const column = (state & SHIFT_MASK ? 1 : 0) + (state & MOD5_MASK ? 4 : 0);
      return at(keycode, column) || at(keycode, 0);
    };
  }
}

const KEY_PRESS = 2;
const BUTTON_PRESS = 4;
const MOTION_NOTIFY = 6;
const INPUT_ONLY = 2;
const OVERRIDE_REDIRECT = 0x200;
const EVENT_MASK = 0x800;
const KEYS_BUTTONS_MOTION = 0x4f;
const AUTO_REPEAT_MODE = 0x80;
const SHIFT_MASK = 0x01;
const MOD5_MASK = 0x80;
