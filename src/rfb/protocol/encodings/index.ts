import type { Encoding } from './encoding.ts';
import { raw } from './raw.ts';

/** Every encoding that we decode, most preferred first: this order is what SetEncodings sends. */
export const encodings = [raw] as const satisfies readonly Encoding[];

export type EncodingName = (typeof encodings)[number]['name'];
