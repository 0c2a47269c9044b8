import type { PseudoEncoding } from './pseudo-encoding.ts';

/** Extended Mouse Buttons, rfbproto: a rectangle without payload says that the second mask byte is understood. */
export const extendedMouseButtons: PseudoEncoding = { type: -316, name: 'extended-mouse-buttons' };
