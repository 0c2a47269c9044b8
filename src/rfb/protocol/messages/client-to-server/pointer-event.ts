import { defineMessage } from '../message.ts';

export interface PointerEvent {
  readonly x: number;
  readonly y: number;
  /** Bit 0 is button 1. Bits 7 and 8 are buttons 8 and 9, for servers that confirmed extended mouse buttons. */
  readonly buttonMask: number;
}

/** Set in the first mask byte when a second follows. */
const EXTENDED = 0x80;

/**
 * PointerEvent, RFC 6143 §7.5.5, with rfbproto's "Extended Mouse Buttons": a mask above bit 6 takes a second byte.
 * Write such a mask only to a server that confirmed the pseudo-encoding.
 */
export const pointerEvent = defineMessage<PointerEvent>({
  type: 5,
  name: 'PointerEvent',
  write(out, { x, y, buttonMask }) {
    const extended = buttonMask > 0x7f;
    out.u8(5).u8(extended ? EXTENDED | (buttonMask & 0x7f) : buttonMask);
    out.u16(x).u16(y);
    if (extended) out.u8(buttonMask >> 7);
  },
  async read(reader) {
    await reader.need(5);
    const mask = reader.u8();
    const x = reader.u16();
    const y = reader.u16();
    if ((mask & EXTENDED) === 0) return { x, y, buttonMask: mask };
    await reader.need(1);
    return { x, y, buttonMask: (mask & 0x7f) | (reader.u8() << 7) };
  },
});
