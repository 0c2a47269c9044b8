import type { PseudoEncoding } from './pseudo-encoding.ts';

/** ContinuousUpdates, rfbproto: only offered; the server answers with EndOfContinuousUpdates. */
export const continuousUpdates: PseudoEncoding = { type: -313, name: 'continuous-updates' };
