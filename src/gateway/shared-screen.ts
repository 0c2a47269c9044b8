import { capture } from '../automation/capture.ts';
import { sendClipboard } from '../automation/clipboard.ts';
import { TimeoutError } from '../rfb/errors.ts';
import type { PointerEvent } from '../rfb/protocol/messages/client-to-server/pointer-event.ts';
import type { SetDesktopSize } from '../rfb/protocol/messages/client-to-server/set-desktop-size.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import type { SendOptions, Session } from '../rfb/session/session.ts';
import { Display } from '../server/display.ts';
import type { Scene, SceneKey } from '../server/scenes/scene.ts';

/** What viewers may use where the machine knows it. */
const PASSED_ON = ['qemu-extended-key-event', 'qemu-led-state', 'extended-mouse-buttons', 'extended-desktop-size'];

/** What is between a viewer and us alone. */
const OWN = ['fence', 'continuous-updates', 'desktop-size', 'extended-clipboard'];

/** The answer to a request for it brings everything along that has changed. */
const ONE_PIXEL: Rect = { x: 0, y: 0, width: 1, height: 1 };

/**
 * A session as a scene, for a server: what the session shows is shown, what viewers do is passed on. Viewers see whole
 * updates only, and who asks for a picture gets one that is not older than the question.
 */
export class SharedScreen implements Scene {
  readonly name = 'shared';
  readonly display: Display;
  readonly extensions: ReadonlySet<string>;
  readonly #session: Session;
  /** Of the update that is arriving. */
  #painted: Rect[] = [];
  /** Resolves when every pixel has been painted in the present size and colours. */
  #whole: Promise<void>;

  /** Begins with a complete picture. @throws as `capture` does */
  static async open(session: Session, { signal }: SendOptions = {}): Promise<SharedScreen> {
    await session.extensionsKnown({ signal });
    await session.pointerModeKnown({ signal });
    const screen = new SharedScreen(session);
    screen.#begin(signal);
    await screen.#whole;
    return screen;
  }

  private constructor(session: Session) {
    const { width, height } = session.framebuffer;
    this.#session = session;
    this.display = new Display(width, height);
    const { confirmed, ledState, clipboard } = session.state;
    this.extensions = new Set([...OWN, ...PASSED_ON.filter((name) => confirmed.has(name))]);
    if (ledState) this.display.setLedState(ledState);
    if (clipboard !== undefined) this.display.cutText(clipboard);
    this.#whole = Promise.resolve();
  }

  onKey({ down, keysym, xtScancode }: SceneKey): Promise<void> {
    return xtScancode === undefined
      ? this.#session.sendKeyEvent(down, keysym)
      : this.#session.sendExtendedKeyEvent(down, keysym, xtScancode);
  }

  onPointer({ x, y, buttonMask }: PointerEvent): Promise<void> {
    return this.#session.sendPointerEvent(x, y, buttonMask);
  }

  /** A machine that asks for the text later on finds it here, for as long as the session is kept. */
  async onCutText(text: string): Promise<void> {
    await sendClipboard(this.#session, text);
  }

  /** Of the machine's screens, each gets its share: viewers see one. */
  async onSetDesktopSize({ width, height }: SetDesktopSize): Promise<number> {
    return await this.#session.requestDesktopSize({ width, height });
  }

  /** A server that stays silent has told all that there is. */
  async refresh(): Promise<void> {
    await this.#whole;
    await capture(this.#session, { region: ONE_PIXEL }).catch((error: unknown) => {
      if (!(error instanceof TimeoutError) || this.#session.ended) throw error;
    });
  }

  settled(): Promise<void> {
    return this.#session.barrier();
  }

  #begin(signal: AbortSignal | undefined): void {
    const { display } = this;
    this.#session
      .on('painted', (rect) => this.#painted.push(rect))
      .on('update', () => this.#onUpdate())
      .on('resize', (width, height) => {
        display.resize(width, height);
        this.#repaint();
      })
      .on('stale', () => this.#repaint())
      .on('bell', () => display.bell())
      .on('cutText', (text) => display.cutText(text))
      .on('ledState', (state) => display.setLedState(state));
    this.#repaint(signal);
  }

  #repaint(signal?: AbortSignal): void {
    const whole = capture(this.#session, { signal, timeoutMs: Number.POSITIVE_INFINITY }).then(() => {});
    // It fails with the session, which tells why by itself.
    whole.catch(() => {});
    this.#whole = whole;
  }

  #onUpdate(): void {
    for (const rect of this.#painted) this.#copy(rect);
    this.#painted = [];
    this.#session.requestUpdate(this.#session.framebuffer.bounds, true).catch(() => {});
  }

  /** A resize within the update may have left less of it. */
  #copy(rect: Rect): void {
    const { framebuffer } = this.#session;
    const target = this.display.framebuffer;
    const width = Math.min(rect.width, target.width - rect.x);
    const height = Math.min(rect.height, target.height - rect.y);
    if (width <= 0 || height <= 0) return;
    for (let y = rect.y; y < rect.y + height; y++) {
      const from = y * framebuffer.width + rect.x;
      target.pixels.set(framebuffer.pixels.subarray(from, from + width), y * target.width + rect.x);
    }
    this.display.damage({ x: rect.x, y: rect.y, width, height });
  }
}
