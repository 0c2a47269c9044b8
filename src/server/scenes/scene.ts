import type { KeyEvent } from '../../rfb/protocol/messages/client-to-server/key-event.ts';
import type { PointerEvent } from '../../rfb/protocol/messages/client-to-server/pointer-event.ts';
import type { SetDesktopSize } from '../../rfb/protocol/messages/client-to-server/set-desktop-size.ts';
import type { Display } from '../display.ts';

/** Something to look at and to type into. One file each, one line in index.ts. */
export interface SceneType {
  /** What `demo:NAME` and `--scene` accept. */
  readonly name: string;
  /** For help texts. */
  readonly summary: string;
  /** Sets a fresh one up: nothing is shared between two. */
  create(): Scene;
}

/** Draws when it is created and on events, never by the clock: the same events in the same order give the same picture. */
export interface Scene {
  readonly name: string;
  readonly display: Display;
  /** Names of the pseudo-encodings that it has a use for, where the server knows more. Default: all. */
  readonly extensions?: ReadonlySet<string>;
  /** Where these return a promise, the viewer's next message waits for it. */
  onKey?(event: SceneKey): void;
  onPointer?(event: PointerEvent): void;
  onCutText?(text: string): void;
  /** SetDesktopSize: resolves with the status that answers it, rfbproto. Without it, resizing is prohibited. */
  onSetDesktopSize?(size: SetDesktopSize): Promise<number>;
  /** A viewer wants a picture that is not older than its request. */
  refresh?(): Promise<void>;
  /** Resolves when whatever is behind the scene has taken all input so far. */
  settled?(): Promise<void>;
}

/** A key as the viewer sent it: by keysym, and where the QEMU extension is in use by position as well. */
export interface SceneKey extends KeyEvent {
  readonly xtScancode?: number;
}
