import type { PseudoEncoding } from './pseudo-encoding.ts';

/** QEMU Pointer Motion Change, rfbproto: x is 1 when pointer events are absolute positions, 0 when they are deltas. */
export const qemuPointerMotionChange: PseudoEncoding = {
  type: -257,
  name: 'qemu-pointer-motion-change',
  async apply(_reader, { x }, session) {
    session.setAbsolutePointer(x !== 0);
  },
};
