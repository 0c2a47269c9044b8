/**
 * What os-autoinst makes of the mean squared difference of two smoothed grey pictures: 1 up to 2, 0.96 (the usual wanted)
 * at 17.2, 0.9 at 40, 0 from 382 on.
 */
export function needleSimilarity(meanSquaredError: number): number {
  return Math.max(0, Math.min(1, 0.9 + (40 - meanSquaredError) / 380));
}

/** The largest mean squared difference that is still so similar. */
export function largestError(similarity: number): number {
  return similarity <= 0 ? Number.POSITIVE_INFINITY : 40 + (0.9 - similarity) * 380;
}
