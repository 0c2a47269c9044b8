import { clientCutText } from './client-cut-text.ts';
import { clientFence } from './client-fence.ts';
import { enableContinuousUpdates } from './enable-continuous-updates.ts';
import { framebufferUpdateRequest } from './framebuffer-update-request.ts';
import { keyEvent } from './key-event.ts';
import { pointerEvent } from './pointer-event.ts';
import { qemuExtendedKeyEvent } from './qemu-extended-key-event.ts';
import { setDesktopSize } from './set-desktop-size.ts';
import { setEncodings } from './set-encodings.ts';
import { setPixelFormat } from './set-pixel-format.ts';

/** Every message that a client sends. */
export const clientMessages = [
  setPixelFormat,
  setEncodings,
  framebufferUpdateRequest,
  keyEvent,
  pointerEvent,
  clientCutText,
  enableContinuousUpdates,
  clientFence,
  setDesktopSize,
  qemuExtendedKeyEvent,
] as const;
