import type { PseudoEncoding } from './pseudo-encoding.ts';

/** QEMU LED State, rfbproto: one byte of lights. */
export const qemuLedState: PseudoEncoding = {
  type: -261,
  name: 'qemu-led-state',
  async apply(reader, _rect, session) {
    await reader.need(1);
    const lights = reader.u8();
    session.setLedState({
      scrollLock: (lights & 1) !== 0,
      numLock: (lights & 2) !== 0,
      capsLock: (lights & 4) !== 0,
    });
  },
};
