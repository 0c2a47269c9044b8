import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { ProtocolError } from '../../errors.ts';
import { MAX_RSA_BITS, MIN_RSA_BITS } from '../limits.ts';
import type { SecurityContext } from './security-type.ts';

/** The key by which a server proves who it is. */
export interface ServerKey {
  /** Where the connection leads: `192.0.2.7:5901`. */
  readonly server: string;
  readonly algorithm: 'rsa';
  readonly bits: number;
  /** `sha256:` and 64 hex digits, of the key as SubjectPublicKeyInfo (DER). */
  readonly fingerprint: string;
  /** As TigerVNC and RealVNC show it, to compare by eye; undefined where they have none. */
  readonly shownAs: string | undefined;
}

/** True: it is known to be the server's. False: it is taken without knowing. To refuse it, throw. */
export type CheckServerKey = (key: ServerKey) => boolean | Promise<boolean>;

/** Whether the key is known to be the server's; throws what the caller's check throws. */
export async function checkServerKey(
  key: KeyObject,
  server: string,
  { checkServerKey, warn, tell }: SecurityContext,
  shownAs?: string,
): Promise<boolean> {
  const fingerprint = `sha256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')}`;
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  const known = (await checkServerKey?.({ server, algorithm: 'rsa', bits, fingerprint, shownAs })) ?? false;
  if (!checkServerKey)
    warn(`the key of ${server} is not checked: whoever sits in between can read and change all; it is ${fingerprint}`);
  tell({ type: 'serverKey', fingerprint, known });
  return known;
}

/** An RSA key from its two numbers, big-endian. @throws ProtocolError `BAD_LENGTH`, `BAD_VALUE` for one of no use */
export function rsaKey(modulus: Uint8Array, exponent: Uint8Array): KeyObject {
  const n = withoutZeros(modulus);
  const e = withoutZeros(exponent);
  const bits = n.length * 8 - (n.length === 0 ? 0 : Math.clz32(n[0] ?? 0) - 24);
  assertRsaBits(bits);
  // Even numbers are the product of no two primes; an exponent of 1 encrypts nothing, and one above 32 bits is nobody's.
  if (((n.at(-1) ?? 0) & 1) === 0 || ((e.at(-1) ?? 0) & 1) === 0 || e.length > 4 || (e.length === 1 && e[0] === 1)) {
    throw new ProtocolError(
      'BAD_VALUE',
      'the server’s RSA key is none: modulus and exponent must be odd, the exponent 3 to 32 bits',
    );
  }
  return createPublicKey({ key: { kty: 'RSA', n: base64url(n), e: base64url(e) }, format: 'jwk' });
}

/** @throws ProtocolError `BAD_LENGTH` */
export function assertRsaBits(bits: number): void {
  if (bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS) return;
  throw new ProtocolError('BAD_LENGTH', `RSA key of ${bits} bits, allowed are ${MIN_RSA_BITS} to ${MAX_RSA_BITS}`);
}

function withoutZeros(number: Uint8Array): Uint8Array {
  const first = number.findIndex((byte) => byte !== 0);
  return number.subarray(first < 0 ? number.length : first);
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
