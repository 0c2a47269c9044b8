import { constants, createCipheriv, createPublicKey, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import { ByteWriter } from '../../bytes/byte-writer.ts';
import { ProtocolError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { MAX_PUBLIC_KEY } from '../limits.ts';
import { encodeText } from '../text.ts';
import { APPLE_FIELD_LENGTH } from './apple-dh.ts';
import { ask } from './ask.ts';
import { terminatedField } from './field.ts';
import { defineSecurityType } from './security-type.ts';
import { assertRsaBits, checkServerKey } from './server-key.ts';

/** Of Apple's packets. */
export const APPLE_RSA_VERSION = 0x0100;
export const APPLE_RSA_MAGIC = encodeText('RSA1');

/**
 * Apple's RSA, rfbproto has only its number: as asyncvnc speaks it with macOS. The client asks for the server's key, then sends the credentials under
 * a key of AES, and that under the server's.
 */
export const appleRsa = defineSecurityType({
  type: 33,
  name: 'apple-rsa',
  encrypts: false,
  identity: 'key',
  asks: ['username', 'password'],
  async authenticate(connection, context) {
    const { reader, pipe } = connection;
    await connection.send(new ByteWriter().u32(10).u16(APPLE_RSA_VERSION).bytes(APPLE_RSA_MAGIC).u16(0).u16(0));
    const key = await readKey(connection);
    const verified = await checkServerKey(key, pipe.name, context);
    const { username, password } = await ask(context, ['username', 'password'], 'Apple’s RSA');
    const secret = randomBytes(16);
    const credentials = Buffer.concat([
      terminatedField(username, APPLE_FIELD_LENGTH, 'user name'),
      terminatedField(password, APPLE_FIELD_LENGTH, 'password'),
    ]);
    const encrypted = createCipheriv('aes-128-ecb', secret, null).setAutoPadding(false).update(credentials);
    const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, secret);
    const out = new ByteWriter().u16(APPLE_RSA_VERSION).bytes(APPLE_RSA_MAGIC);
    out.u16(1).bytes(encrypted).u16(1).bytes(wrapped);
    await connection.send(new ByteWriter().u32(out.length).bytes(out.take()));
    // Nobody knows what these say.
    await reader.need(4);
    reader.skip(4);
    return { connection, verified };
  },
});

async function readKey({ reader }: Connection): Promise<KeyObject> {
  await reader.need(10);
  reader.skip(6);
  const length = reader.u32();
  if (length > MAX_PUBLIC_KEY) {
    throw new ProtocolError('BAD_LENGTH', `public key of ${length} bytes, the limit is ${MAX_PUBLIC_KEY}`);
  }
  await reader.need(length + 1);
  const der = Buffer.from(reader.view(length));
  reader.skip(1);
  const key = parseKey(der);
  assertRsaBits(key.asymmetricKeyDetails?.modulusLength ?? 0);
  return key;
}

function parseKey(key: Buffer): KeyObject {
  try {
    const parsed = createPublicKey({ key, format: 'der', type: 'spki' });
    if (parsed.asymmetricKeyType === 'rsa') return parsed;
    throw new TypeError(`a key of ${parsed.asymmetricKeyType}`);
  } catch (cause) {
    throw new ProtocolError('BAD_VALUE', 'the server’s key is no RSA key (DER)', { cause });
  }
}
