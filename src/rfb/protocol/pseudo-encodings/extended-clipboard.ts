import type { PseudoEncoding } from './pseudo-encoding.ts';

/** Extended Clipboard, rfbproto: only offered; the server answers with a ServerCutText of negative length. */
export const extendedClipboard: PseudoEncoding = { type: 0xc0a1e5ce | 0, name: 'extended-clipboard' };
