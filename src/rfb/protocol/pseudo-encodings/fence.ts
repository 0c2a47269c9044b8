import type { PseudoEncoding } from './pseudo-encoding.ts';

/** Fence, rfbproto: only offered; the server answers with ServerFence messages. */
export const fence: PseudoEncoding = { type: -312, name: 'fence' };
