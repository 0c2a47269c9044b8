import { anonymousTls } from './anonymous-tls.ts';
import { none } from './none.ts';
import { sasl } from './sasl.ts';
import type { SecurityType } from './security-type.ts';
import { vencrypt } from './vencrypt.ts';
import { vncAuthentication } from './vnc-authentication.ts';

/**
 * Every security type that we can authenticate with, most preferred first (docs/security.md): encrypted and the server proved, before
 * encrypted, before a password that nobody can read, before nothing.
 */
export const securityTypes = [
  vencrypt,
  anonymousTls,
  sasl,
  vncAuthentication,
  none,
] as const satisfies readonly SecurityType[];

/** A way to secure a connection, or a type as a whole: `vencrypt` is every `vencrypt-…`. */
export type SecurityTypeName =
  | (typeof securityTypes)[number]['methods'][number]['name']
  | (typeof GROUPS)[number]['name'];

const GROUPS = [{ name: 'vencrypt' }] as const;

/** What `--security` accepts, most preferred first. */
export const securityTypeNames = [
  ...new Set(securityTypes.flatMap(({ name, methods }) => [...methods.map((method) => method.name), name])),
] as readonly SecurityTypeName[];

/** The methods that a user's list means. */
export function methodNames(names: readonly string[]): readonly string[] {
  return names.flatMap((wanted) => {
    const group: SecurityType | undefined = securityTypes.find(({ name }) => name === wanted);
    return group?.methods.map(({ name }) => name) ?? [wanted];
  });
}

/** What servers offer beside those, so that an error can name it: IANA's registry and rfbproto. */
const KNOWN_NAMES: Readonly<Record<number, string>> = {
  5: 'ra2',
  6: 'ra2ne',
  13: 'ra2r',
  16: 'tight',
  17: 'ultra',
  21: 'md5',
  22: 'xvp',
  30: 'apple-dh',
  33: 'apple-rsa',
  35: 'apple-kerberos',
  113: 'mslogon2',
  129: 'ra2-256',
  130: 'ra2ne-256',
  133: 'ra2r-256',
};

export function securityTypeName(type: number): string {
  return securityTypes.find((candidate) => candidate.type === type)?.name ?? KNOWN_NAMES[type] ?? 'unknown';
}
