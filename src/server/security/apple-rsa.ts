import { constants, createPrivateKey, createPublicKey, privateDecrypt } from 'node:crypto';
import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { ProtocolError } from '../../rfb/errors.ts';
import { APPLE_FIELD_LENGTH } from '../../rfb/protocol/security/apple-dh.ts';
import { APPLE_RSA_MAGIC, APPLE_RSA_VERSION } from '../../rfb/protocol/security/apple-rsa.ts';
import { appleCredentials } from './apple-dh.ts';
import { checkLogin } from './check-login.ts';
import { defineServerSecurityType } from './server-security-type.ts';

const SECRET_LENGTH = 16;

/** Apple's RSA, of which rfbproto has only the number. */
export const appleRsa = defineServerSecurityType({
  type: 33,
  name: 'apple-rsa',
  async authenticate(connection, secrets) {
    const { reader } = connection;
    const key = createPrivateKey(secrets.rsaKey ?? '');
    await reader.need(14);
    if (Buffer.compare(reader.view(14).subarray(6, 10), APPLE_RSA_MAGIC) !== 0) {
      throw new ProtocolError('BAD_VALUE', 'the viewer did not ask for an RSA key (RSA1)');
    }
    const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
    const answer = new ByteWriter().u16(APPLE_RSA_VERSION).u32(der.length).bytes(der).u8(0);
    await connection.send(new ByteWriter().u32(answer.length).bytes(answer.take()));
    const wrappedLength = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
    const length = 4 + 6 + 2 + 2 * APPLE_FIELD_LENGTH + 2 + wrappedLength;
    await reader.need(length);
    const packet = reader.view(length).slice();
    const encrypted = packet.subarray(12, 12 + 2 * APPLE_FIELD_LENGTH);
    // Without padding, as Node does it with every OpenSSL; what is no key is one that opens nothing.
    const wrapped = packet.subarray(-wrappedLength);
    const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped);
    await connection.send(new ByteWriter().u32(0));
    return { connection, ...checkLogin(secrets, appleCredentials(block.subarray(-SECRET_LENGTH), encrypted)) };
  },
});
