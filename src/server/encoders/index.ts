import { coRre } from './co-rre.ts';
import type { EncoderType } from './encoder.ts';
import { hextile } from './hextile.ts';
import { raw } from './raw.ts';
import { rre } from './rre.ts';
import { tight } from './tight.ts';
import { trle } from './trle.ts';
import { zlib } from './zlib.ts';
import { zrle } from './zrle.ts';

/** Every encoding that the server can send. The viewer's order decides; Raw is what remains when it names none of them. */
export const encoders: readonly EncoderType[] = [zrle, tight, zlib, trle, hextile, coRre, rre, raw];
