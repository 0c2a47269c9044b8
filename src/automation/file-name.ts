/** So that paths stay within what file systems take. */
const MAX_NAME = 80;

/** A name that people chose, as a part of a path. */
export function fileNameOf(text: string): string {
  const plain = text.replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^[-.]+|-+$/g, '');
  return plain.slice(0, MAX_NAME) || 'unnamed';
}
