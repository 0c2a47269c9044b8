import type { PseudoEncoding } from './pseudo-encoding.ts';

/** QEMU Extended Key Event, rfbproto: a rectangle without payload says that scancodes are understood. */
export const qemuExtendedKeyEvent: PseudoEncoding = { type: -258, name: 'qemu-extended-key-event' };
