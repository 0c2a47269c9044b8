import type { KeyEvent } from '../../rfb/protocol/messages/client-to-server/key-event.ts';
import type { PointerEvent } from '../../rfb/protocol/messages/client-to-server/pointer-event.ts';
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
  onKey?(event: SceneKey): void;
  onPointer?(event: PointerEvent): void;
  onCutText?(text: string): void;
}

/** A key as the viewer sent it: by keysym, and where the QEMU extension is in use by position as well. */
export interface SceneKey extends KeyEvent {
  readonly xtScancode?: number;
}
