import { describeLogEvent } from '../automation/describe-log-event.ts';
import { encodings } from '../rfb/protocol/encodings/index.ts';
import type { FramebufferUpdateRequest } from '../rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { framebufferUpdateRequest } from '../rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { type KeyEvent, keyEvent } from '../rfb/protocol/messages/client-to-server/key-event.ts';
import { type PointerEvent, pointerEvent } from '../rfb/protocol/messages/client-to-server/pointer-event.ts';
import {
  type QemuExtendedKeyEvent,
  qemuExtendedKeyEvent,
} from '../rfb/protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { setEncodings } from '../rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import { describePixelFormat, type PixelFormat } from '../rfb/protocol/pixel-format.ts';
import { pseudoEncodings } from '../rfb/protocol/pseudo-encodings/index.ts';
import { describeRect } from '../rfb/protocol/rect.ts';
import type { SeenMessage } from './client-watcher.ts';
import type { ProxyMessage } from './proxy-server.ts';

/** One line for people; with `masked` without what was typed. */
export function describeProxyMessage(told: ProxyMessage, masked: boolean): string {
  if (told.from === 'client') return `#${told.viewer} → ${describeClientMessage(told.message, masked)}`;
  const { event } = told;
  const text =
    event.type === 'closed' && event.error
      ? `not understood from here on: ${event.error.message}`
      : describeLogEvent(event);
  return `#${told.viewer} ← ${text}`;
}

function describeClientMessage({ type, name, content, bytes }: SeenMessage, masked: boolean): string {
  switch (type) {
    case setPixelFormat.type:
      return `SetPixelFormat: ${describePixelFormat(content as PixelFormat)}`;
    case setEncodings.type:
      return `SetEncodings: ${(content as readonly number[]).map(encodingName).join(', ')}`;
    case framebufferUpdateRequest.type: {
      const request = content as FramebufferUpdateRequest;
      return `FramebufferUpdateRequest: ${describeRect(request)}${request.incremental ? ', incremental' : ''}`;
    }
    case keyEvent.type: {
      const { down, keysym } = content as KeyEvent;
      return `KeyEvent: ${masked ? 'a key' : hex(keysym)} ${down ? 'down' : 'up'}`;
    }
    case qemuExtendedKeyEvent.type: {
      const { down, keysym, xtScancode } = content as QemuExtendedKeyEvent;
      const key = masked ? 'a key' : `${hex(keysym)}, scancode ${hex(xtScancode)},`;
      return `QEMU Extended Key Event: ${key} ${down ? 'down' : 'up'}`;
    }
    case pointerEvent.type: {
      const { x, y, buttonMask } = content as PointerEvent;
      return `PointerEvent: ${x},${y}, buttons ${buttonMask.toString(2)}`;
    }
    default:
      return `${name}, ${bytes.length} bytes`;
  }
}

function encodingName(type: number): string {
  return [...encodings, ...pseudoEncodings].find((each) => each.type === type)?.name ?? String(type);
}

const hex = (value: number) => `0x${value.toString(16)}`;
