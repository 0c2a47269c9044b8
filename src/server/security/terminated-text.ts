import { decodeText } from '../../rfb/protocol/text.ts';

/** A text that ends with a NUL. */
export function terminatedText(field: Uint8Array): string {
  const end = field.indexOf(0);
  return decodeText(end < 0 ? field : field.subarray(0, end));
}
