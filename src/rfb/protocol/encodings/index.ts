import { coRre } from './co-rre.ts';
import { copyRect } from './copy-rect.ts';
import type { Encoding } from './encoding.ts';
import { hextile } from './hextile.ts';
import { raw } from './raw.ts';
import { rre } from './rre.ts';
import { tight } from './tight.ts';
import { trle } from './trle.ts';
import { zlib } from './zlib.ts';
import { zrle } from './zrle.ts';

/**
 * Every encoding that we decode, most preferred first: this order is what SetEncodings sends. CopyRect leads because servers
 * use it for what has moved and the first of the others for the rest; then by size on the wire. Raw is last: it always works.
 */
export const encodings = [
  copyRect,
  tight,
  zrle,
  trle,
  hextile,
  zlib,
  coRre,
  rre,
  raw,
] as const satisfies readonly Encoding[];

export type EncodingName = (typeof encodings)[number]['name'];

export const encodingNames: readonly EncodingName[] = encodings.map(({ name }) => name);
