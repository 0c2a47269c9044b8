import { createHash, timingSafeEqual } from 'node:crypto';
import type { ServerSecrets } from './server-security-type.ts';

/** Why somebody is turned away, if so; takes as long for one wrong password as for another. */
export function checkLogin(
  { username, password }: ServerSecrets,
  given: { readonly username?: string; readonly password: string },
): { readonly refusal?: string } {
  const named = username === undefined || given.username === undefined || equal(username, given.username);
  const known = password !== undefined && equal(password, given.password);
  if (named && known) return {};
  return { refusal: given.username === undefined ? 'the password is wrong' : 'the user name or the password is wrong' };
}

function equal(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
