import { createDecipheriv, createHash, getDiffieHellman, randomBytes } from 'node:crypto';
import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { APPLE_FIELD_LENGTH } from '../../rfb/protocol/security/apple-dh.ts';
import { bytes, number, power, sharedSecret } from '../../rfb/protocol/security/diffie-hellman.ts';
import { checkLogin } from './check-login.ts';
import { defineServerSecurityType } from './server-security-type.ts';
import { terminatedText } from './terminated-text.ts';

const GENERATOR = 2;

/** Apple's Diffie-Hellman Authentication, rfbproto. */
export const appleDh = defineServerSecurityType({
  type: 30,
  name: 'apple-dh',
  async authenticate(connection, secrets) {
    // RFC 2409's second group, as long as Apple's. Node takes some 50 ms to make it ready.
    const group = getDiffieHellman('modp2').getPrime();
    const { length } = group;
    const prime = number(group);
    const exponent = (number(randomBytes(length)) % (prime - 3n)) + 2n;
    const publicNumber = bytes(power(BigInt(GENERATOR), exponent, prime), length);
    await connection.send(new ByteWriter().u16(GENERATOR).u16(length).bytes(group).bytes(publicNumber));
    const { reader } = connection;
    await reader.need(2 * APPLE_FIELD_LENGTH + length);
    const encrypted = reader.view(2 * APPLE_FIELD_LENGTH).slice();
    const secret = sharedSecret(reader.view(length).slice(), exponent, prime, length);
    return {
      connection,
      ...checkLogin(secrets, appleCredentials(createHash('md5').update(secret).digest(), encrypted)),
    };
  },
});

/** What Apple's types have encrypted. */
export function appleCredentials(key: Uint8Array, encrypted: Uint8Array): { username: string; password: string } {
  const plain = createDecipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(encrypted);
  return {
    username: terminatedText(plain.subarray(0, APPLE_FIELD_LENGTH)),
    password: terminatedText(plain.subarray(APPLE_FIELD_LENGTH)),
  };
}
