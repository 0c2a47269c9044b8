import type { EncoderType } from './encoder.ts';
import { hextile } from './hextile.ts';
import { raw } from './raw.ts';
import { zrle } from './zrle.ts';

/** Every encoding that the server can send. The viewer's order decides; Raw is what remains when it names none of them. */
export const encoders: readonly EncoderType[] = [zrle, hextile, raw];
