import { constants, createHash, type KeyObject, privateDecrypt, publicEncrypt, timingSafeEqual } from 'node:crypto';
import { ByteWriter } from '../../bytes/byte-writer.ts';
import { ProtocolError } from '../../errors.ts';
import { Connection } from '../connection.ts';
import { MAX_RSA_BITS } from '../limits.ts';
import { AesEax } from './aes-eax.ts';
import { EaxPipe } from './eax-pipe.ts';
import { assertRsaBits, rsaKey } from './server-key.ts';

/** What the four of RA2 differ in, rfbproto "RSA-AES Security Type" and after it. */
export interface Ra2Variant {
  readonly hash: 'sha1' | 'sha256';
  readonly keyLength: 16 | 32;
  /** Whether the session is encrypted, or only what authenticates. */
  readonly encrypts: boolean;
}

export const RANDOM_LENGTH = 16;

/** A public key, and as it stands on the wire: the bits of the modulus, modulus and exponent of the same length. */
export interface WireKey {
  readonly key: KeyObject;
  readonly bytes: Uint8Array;
  readonly modulusLength: number;
}

export function wireKeyOf(key: KeyObject): WireKey {
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url');
  const exponent = Buffer.from(e, 'base64url');
  const out = new ByteWriter().u32(modulus.length * 8).bytes(modulus);
  out.pad(modulus.length - exponent.length).bytes(exponent);
  return { key, bytes: out.take(), modulusLength: modulus.length };
}

/** @throws ProtocolError `BAD_LENGTH`, `BAD_VALUE` */
export async function readWireKey({ reader }: Connection): Promise<WireKey> {
  await reader.need(4);
  const bits = reader.u32();
  if (bits > MAX_RSA_BITS) assertRsaBits(bits);
  const modulusLength = Math.ceil(bits / 8);
  await reader.need(modulusLength * 2);
  const numbers = reader.view(modulusLength * 2).slice();
  const key = rsaKey(numbers.subarray(0, modulusLength), numbers.subarray(modulusLength));
  return { key, bytes: new ByteWriter().u32(bits).bytes(numbers).take(), modulusLength };
}

/** A random number for the owner of the key, by PKCS #1 v1.5. */
export async function sendRandom(
  connection: Connection,
  { key, modulusLength }: WireKey,
  random: Uint8Array,
): Promise<void> {
  const encrypted = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, random);
  await connection.send(new ByteWriter().u16(modulusLength).bytes(encrypted));
}

/** One that is no such number is undefined: what follows then fails, and does not say why. */
export async function readRandom(
  { reader }: Connection,
  privateKey: KeyObject,
  modulusLength: number,
): Promise<Uint8Array | undefined> {
  await reader.need(2);
  const length = reader.u16();
  if (length !== modulusLength) {
    throw new ProtocolError('BAD_LENGTH', `encrypted random number of ${length} bytes, wanted ${modulusLength}`);
  }
  await reader.need(length);
  const encrypted = reader.view(length);
  return unpadded(decrypted(privateKey, encrypted));
}

/** Without padding: Node decrypts PKCS #1 v1.5 only where OpenSSL hides that it was wrong. */
function decrypted(key: KeyObject, encrypted: Uint8Array): Uint8Array {
  try {
    return privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
  } catch (cause) {
    throw new ProtocolError('BAD_VALUE', 'the encrypted random number is above the modulus', { cause });
  }
}

/** RFC 8017 §7.2.2, for a message of the one length that there is. */
function unpadded(block: Uint8Array): Uint8Array | undefined {
  const end = block.length - RANDOM_LENGTH;
  const padding = block.subarray(2, end - 1);
  if (block[0] !== 0 || block[1] !== 2 || padding.includes(0) || block[end - 1] !== 0) return undefined;
  return block.subarray(end);
}

/** The two keys of a session, for the side whose own number is `own`. */
export function encryptedConnection(
  raw: Connection,
  { hash, keyLength }: Ra2Variant,
  { own, theirs }: { readonly own: Uint8Array; readonly theirs: Uint8Array },
): Connection {
  const keyOf = (first: Uint8Array, second: Uint8Array) =>
    new AesEax(createHash(hash).update(first).update(second).digest().subarray(0, keyLength));
  return new Connection(new EaxPipe(raw, { send: keyOf(theirs, own), receive: keyOf(own, theirs) }));
}

/** Each side proves that it saw the same keys. @throws ProtocolError `BAD_VALUE` */
export async function exchangeHashes(
  connection: Connection,
  { hash }: Ra2Variant,
  own: WireKey,
  theirs: WireKey,
): Promise<void> {
  const hashOf = (first: WireKey, second: WireKey) =>
    createHash(hash).update(first.bytes).update(second.bytes).digest();
  await connection.pipe.write(hashOf(own, theirs));
  const wanted = hashOf(theirs, own);
  await connection.reader.need(wanted.length);
  if (timingSafeEqual(connection.reader.view(wanted.length), wanted)) return;
  throw new ProtocolError('BAD_VALUE', 'the other side saw other RSA keys than this one: they were changed on the way');
}
