import { continuousUpdates } from './continuous-updates.ts';
import { cursor } from './cursor.ts';
import { cursorWithAlpha } from './cursor-with-alpha.ts';
import { desktopName } from './desktop-name.ts';
import { desktopSize } from './desktop-size.ts';
import { extendedClipboard } from './extended-clipboard.ts';
import { extendedDesktopSize } from './extended-desktop-size.ts';
import { extendedMouseButtons } from './extended-mouse-buttons.ts';
import { fence } from './fence.ts';
import { lastRect } from './last-rect.ts';
import type { PseudoEncoding } from './pseudo-encoding.ts';
import { qemuExtendedKeyEvent } from './qemu-extended-key-event.ts';
import { qemuLedState } from './qemu-led-state.ts';
import { qemuPointerMotionChange } from './qemu-pointer-motion-change.ts';
import { xCursor } from './x-cursor.ts';

/** Every pseudo-encoding that we understand. Servers take the first cursor that they know. */
export const pseudoEncodings: readonly PseudoEncoding[] = [
  cursorWithAlpha,
  cursor,
  xCursor,
  extendedDesktopSize,
  desktopSize,
  lastRect,
  desktopName,
  fence,
  continuousUpdates,
  qemuExtendedKeyEvent,
  qemuPointerMotionChange,
  qemuLedState,
  extendedMouseButtons,
  extendedClipboard,
];
