import { randomBytes } from 'node:crypto';
import { credentialBytes } from './ask.ts';

/** A text that ends with a NUL in a field of fixed length, with anything behind it. */
export function terminatedField(text: string, length: number, what: 'user name' | 'password'): Uint8Array {
  const field = randomBytes(length);
  const content = credentialBytes(text, length - 1, what);
  field.set(content);
  field[content.length] = 0;
  return field;
}
