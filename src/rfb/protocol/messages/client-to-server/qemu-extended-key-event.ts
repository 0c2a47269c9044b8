import { ProtocolError } from '../../../errors.ts';
import { defineMessage } from '../message.ts';

export interface QemuExtendedKeyEvent {
  readonly down: boolean;
  readonly keysym: number;
  /** XT set 1 make code; codes behind an 0xE0 prefix have bit 7 set instead. */
  readonly xtScancode: number;
}

/** QEMU Extended Key Event, rfbproto: sub-message 0 of QEMU's message 255. */
export const qemuExtendedKeyEvent = defineMessage<QemuExtendedKeyEvent>({
  type: 255,
  name: 'QEMU Extended Key Event',
  write(out, { down, keysym, xtScancode }) {
    out
      .u8(255)
      .u8(0)
      .u16(down ? 1 : 0)
      .u32(keysym)
      .u32(xtScancode);
  },
  async read(reader) {
    await reader.need(1);
    const submessage = reader.u8();
    if (submessage !== 0) {
      throw new ProtocolError('UNKNOWN_MESSAGE', `QEMU client message ${submessage}, known is 0 (extended key event)`);
    }
    await reader.need(10);
    const down = reader.u16() !== 0;
    return { down, keysym: reader.u32(), xtScancode: reader.u32() };
  },
});
