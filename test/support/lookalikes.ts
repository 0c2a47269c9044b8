/** What cannot be told apart on a screen: blanks; a full block, which is one; halves, which are each other's negative. */
const LOOKALIKES = new Map([
  ['\0', ' '],
  ['\u00a0', ' '],
  ['█', ' '],
  ['▀', '▄'],
  ['▌', '▐'],
]);

/** One character for all that look like it. */
export function looks(character: string): string {
  return LOOKALIKES.get(character) ?? character;
}
