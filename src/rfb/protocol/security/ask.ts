import { AuthenticationError } from '../../errors.ts';
import { encodeText } from '../text.ts';
import type { SecurityContext } from './security-type.ts';

const WORDS = { username: 'a user name', password: 'a password', target: 'a target' } as const;

/** Credentials that a security type wants. @throws AuthenticationError `CREDENTIALS_REQUIRED` */
export async function ask<K extends keyof typeof WORDS>(
  { credentials }: SecurityContext,
  wanted: readonly K[],
  what: string,
): Promise<Readonly<Record<K, string>>> {
  const given = await credentials(wanted);
  const missing = wanted.filter((field) => given[field] === undefined);
  if (missing.length > 0) {
    const list = (fields: readonly K[]) => fields.map((field) => WORDS[field]).join(' and ');
    const none = missing.length === wanted.length ? 'none was given' : `${list(missing)} was not given`;
    throw new AuthenticationError('CREDENTIALS_REQUIRED', `the server wants ${list(wanted)} (${what}) and ${none}`);
  }
  return given as Readonly<Record<K, string>>;
}

/** UTF-8 for a field of a limited length. @throws AuthenticationError `AUTHENTICATION_FAILED`: what is cut would be wrong */
export function credentialBytes(
  text: string,
  maxLength: number,
  field: 'user name' | 'password' | 'target',
): Uint8Array {
  const bytes = encodeText(text);
  if (bytes.length <= maxLength) return bytes;
  const message = `the ${field} has ${bytes.length} bytes (UTF-8), this security type takes ${maxLength}`;
  throw new AuthenticationError('AUTHENTICATION_FAILED', message);
}
