import { none } from './none.ts';
import type { SecurityType } from './security-type.ts';
import { vncAuthentication } from './vnc-authentication.ts';

/** Every security type that we can authenticate with, most preferred first. */
export const securityTypes = [vncAuthentication, none] as const satisfies readonly SecurityType[];

export type SecurityTypeName = (typeof securityTypes)[number]['name'];

export const securityTypeNames: readonly SecurityTypeName[] = securityTypes.map(({ name }) => name);

/** What servers offer beside those, so that an error can name it: IANA's registry and rfbproto. */
const KNOWN_NAMES: Readonly<Record<number, string>> = {
  5: 'ra2',
  6: 'ra2ne',
  16: 'tight',
  17: 'ultra',
  18: 'tls',
  19: 'vencrypt',
  20: 'sasl',
  21: 'md5',
  22: 'xvp',
  30: 'apple-dh',
  33: 'apple-rsa',
  35: 'apple-kerberos',
  113: 'mslogon2',
  129: 'ra2-256',
  130: 'ra2ne-256',
};

export function securityTypeName(type: number): string {
  return securityTypes.find((candidate) => candidate.type === type)?.name ?? KNOWN_NAMES[type] ?? 'unknown';
}
