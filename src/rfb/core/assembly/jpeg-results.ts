/** How `jpegDecode` ends. */

export const OK: i32 = 0;
/** Not for this decoder: the reference decoder has to say what it is. */
export const UNSUPPORTED: i32 = 1;
/** Broken, cut off or of another size than wanted; the reference decoder would say so, too. */
export const BROKEN: i32 = 2;
/** Less scratch memory than `jpegScratchSize` says. */
export const NEED_SCRATCH: i32 = 3;
