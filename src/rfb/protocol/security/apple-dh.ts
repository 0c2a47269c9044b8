import { createCipheriv, createHash } from 'node:crypto';
import { ProtocolError, UnsupportedError } from '../../errors.ts';
import { MAX_DIFFIE_HELLMAN_LENGTH, SAFE_DIFFIE_HELLMAN_LENGTH } from '../limits.ts';
import { ask } from './ask.ts';
import { answerDiffieHellman } from './diffie-hellman.ts';
import { terminatedField } from './field.ts';
import { defineSecurityType } from './security-type.ts';

/** Of each of the two credentials. */
export const APPLE_FIELD_LENGTH = 64;

/** Apple's Diffie-Hellman Authentication, rfbproto: the credentials are encrypted, for whoever is at the other end. */
export const appleDh = defineSecurityType({
  type: 30,
  name: 'apple-dh',
  encrypts: false,
  identity: 'none',
  asks: ['username', 'password'],
  async authenticate(connection, context) {
    const { reader, pipe } = connection;
    await reader.need(4);
    const generator = reader.view(2).slice();
    const length = reader.u16();
    if (length === 0 || length > MAX_DIFFIE_HELLMAN_LENGTH) {
      throw new ProtocolError(
        'BAD_LENGTH',
        `Diffie-Hellman prime of ${length} bytes, the limit is ${MAX_DIFFIE_HELLMAN_LENGTH}`,
      );
    }
    if (length < SAFE_DIFFIE_HELLMAN_LENGTH && !pipe.confidential && !context.allowPlaintextPassword) {
      throw new UnsupportedError(
        'NO_COMMON_SECURITY_TYPE',
        `apple-dh is refused: with a prime of ${length * 8} bits the password could be read on the way, wanted are ${SAFE_DIFFIE_HELLMAN_LENGTH * 8}; --allow-plaintext-password would allow it`,
      );
    }
    await reader.need(length * 2);
    const prime = reader.view(length).slice();
    const serverNumber = reader.view(length).slice();
    const { publicNumber, secret } = answerDiffieHellman({ generator, prime, publicNumber: serverNumber });
    const { username, password } = await ask(context, ['username', 'password'], 'Apple’s Diffie-Hellman');
    const credentials = Buffer.concat([
      terminatedField(username, APPLE_FIELD_LENGTH, 'user name'),
      terminatedField(password, APPLE_FIELD_LENGTH, 'password'),
    ]);
    const key = createHash('md5').update(secret).digest();
    const encrypted = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(credentials);
    await pipe.write(Buffer.concat([encrypted, publicNumber]));
    return { connection };
  },
});
