/** Which of several characters with one look is meant: Latin, then what is drawn on consoles, then all others. */
export function byPreference(a: number, b: number): number {
  return rank(a) - rank(b) || a - b;
}

function rank(codePoint: number): number {
  if (codePoint < 0x100) return 0;
  return codePoint >= 0x2500 && codePoint <= 0x259f ? 1 : 2;
}
