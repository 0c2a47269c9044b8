import { anonymousTls } from './anonymous-tls.ts';
import { appleDh } from './apple-dh.ts';
import { appleRsa } from './apple-rsa.ts';
import { msLogon2 } from './ms-logon-2.ts';
import { none } from './none.ts';
import { ra2 } from './ra2.ts';
import { ra2With256 } from './ra2-256.ts';
import { ra2ne } from './ra2ne.ts';
import { ra2neWith256 } from './ra2ne-256.ts';
import { sasl } from './sasl.ts';
import type { SecurityType } from './security-type.ts';
import { tight } from './tight.ts';
import { vencrypt } from './vencrypt.ts';
import { vncAuthentication } from './vnc-authentication.ts';
import { xvp } from './xvp.ts';

/**
 * Every security type that we can authenticate with, most preferred first (docs/security.md): encrypted and the server proved, before
 * encrypted, before a password that nobody can read, before nothing.
 */
export const securityTypes = [
  vencrypt,
  ra2With256,
  ra2,
  anonymousTls,
  ra2neWith256,
  ra2ne,
  appleRsa,
  appleDh,
  sasl,
  vncAuthentication,
  xvp,
  none,
  tight,
  msLogon2,
] as const satisfies readonly SecurityType[];

/** A way to secure a connection, or a type as a whole: `vencrypt` is every `vencrypt-…`. */
export type SecurityTypeName =
  | (typeof securityTypes)[number]['methods'][number]['name']
  | (typeof GROUPS)[number]['name'];

const GROUPS = [{ name: 'vencrypt' }, { name: 'tight' }] as const;

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
  13: 'ra2r',
  17: 'ultra',
  21: 'md5',
  35: 'apple-kerberos',
  133: 'ra2r-256',
};

export function securityTypeName(type: number): string {
  return securityTypes.find((candidate) => candidate.type === type)?.name ?? KNOWN_NAMES[type] ?? 'unknown';
}
