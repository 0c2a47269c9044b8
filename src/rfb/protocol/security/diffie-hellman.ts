import { randomBytes } from 'node:crypto';
import { ProtocolError } from '../../errors.ts';

/** A group and the other side's public number, big-endian. */
export interface DiffieHellmanOffer {
  readonly generator: Uint8Array;
  readonly prime: Uint8Array;
  readonly publicNumber: Uint8Array;
}

export interface DiffieHellmanAnswer {
  /** Both as long as the prime. */
  readonly publicNumber: Uint8Array;
  readonly secret: Uint8Array;
}

/**
 * Diffie and Hellman's exchange with numbers of no more than some thousand bits.
 * @throws ProtocolError `BAD_VALUE` where everybody could tell the secret
 */
export function answerDiffieHellman({ generator, prime, publicNumber }: DiffieHellmanOffer): DiffieHellmanAnswer {
  const p = number(prime);
  assertUsable('prime', (p & 1n) === 1n && p > 4n);
  assertUsable('generator', isInside(number(generator), p));
  assertUsable('public number', isInside(number(publicNumber), p));
  const exponent = (number(randomBytes(prime.length)) % (p - 3n)) + 2n;
  return {
    publicNumber: bytes(power(number(generator), exponent, p), prime.length),
    secret: sharedSecret(publicNumber, exponent, p, prime.length),
  };
}

/** The other side's power, which both can compute. */
export function sharedSecret(publicNumber: Uint8Array, exponent: bigint, prime: bigint, length: number): Uint8Array {
  const secret = power(number(publicNumber), exponent, prime);
  // 0, 1 and p-1 generate nothing but themselves.
  assertUsable('secret', isInside(secret, prime));
  return bytes(secret, length);
}

export function number(bytes: Uint8Array): bigint {
  return BigInt(`0x0${Buffer.from(bytes).toString('hex')}`);
}

export function bytes(number: bigint, length: number): Uint8Array {
  return Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex');
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let [square, left] = [base % modulus, exponent]; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function isInside(value: bigint, prime: bigint): boolean {
  return value > 1n && value < prime - 1n;
}

function assertUsable(what: string, usable: boolean): void {
  if (!usable)
    throw new ProtocolError(
      'BAD_VALUE',
      `Diffie-Hellman: the server’s ${what} is of no use (0, 1, the prime or one less)`,
    );
}
