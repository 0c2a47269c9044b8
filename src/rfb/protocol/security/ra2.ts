import { createHash, generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { ByteWriter } from '../../bytes/byte-writer.ts';
import { ProtocolError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { ask, credentialBytes } from './ask.ts';
import {
  encryptedConnection,
  exchangeHashes,
  RANDOM_LENGTH,
  type Ra2Variant,
  readRandom,
  readWireKey,
  sendRandom,
  wireKeyOf,
} from './rsa-exchange.ts';
import { type Authenticated, defineSecurityType, type SecurityContext } from './security-type.ts';
import { checkServerKey } from './server-key.ts';

/** RSA-AES, rfbproto: all is encrypted, with 128 bits. */
export const ra2 = defineSecurityType({
  type: 5,
  name: 'ra2',
  encrypts: true,
  identity: 'key',
  asks: ['password'],
  authenticate: (raw, context) => authenticateByRa2(raw, context, { hash: 'sha1', keyLength: 16, encrypts: true }),
});

/** Of the client's own key, which is used once. */
const KEY_BITS = 2048;

/** The first sub-type wants a name as well. */
const WITH_NAME = 1;
const WITHOUT_NAME = 2;

export async function authenticateByRa2(
  raw: Connection,
  context: SecurityContext,
  variant: Ra2Variant,
): Promise<Authenticated> {
  const making = promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS });
  making.catch(() => {});
  const serverKey = await readWireKey(raw);
  const verified = await checkServerKey(serverKey.key, raw.pipe.name, context, shownAs(serverKey.bytes));
  const { publicKey, privateKey } = await making;
  const clientKey = wireKeyOf(publicKey);
  await raw.pipe.write(clientKey.bytes);
  const own = randomBytes(RANDOM_LENGTH);
  await sendRandom(raw, serverKey, own);
  const theirs = (await readRandom(raw, privateKey, clientKey.modulusLength)) ?? randomBytes(RANDOM_LENGTH);
  const encrypted = encryptedConnection(raw, variant, { own, theirs });
  await exchangeHashes(encrypted, variant, clientKey, serverKey);
  await sendCredentials(encrypted, context);
  return { connection: variant.encrypts ? encrypted : raw, verified };
}

async function sendCredentials(encrypted: Connection, context: SecurityContext): Promise<void> {
  const { reader } = encrypted;
  await reader.need(1);
  const subtype = reader.u8();
  if (reader.buffered > 0) throw new ProtocolError('BAD_LENGTH', 'RA2: more than a sub-type before the credentials');
  if (subtype !== WITH_NAME && subtype !== WITHOUT_NAME) {
    throw new ProtocolError(
      'BAD_VALUE',
      `RA2: sub-type ${subtype}, allowed are 1 (name and password) and 2 (password)`,
    );
  }
  const given =
    subtype === WITH_NAME
      ? await ask(context, ['username', 'password'], 'RA2')
      : await ask(context, ['password'], 'RA2');
  const name = credentialBytes('username' in given ? String(given.username) : '', 255, 'user name');
  const password = credentialBytes(given.password, 255, 'password');
  await encrypted.send(new ByteWriter().u8(name.length).bytes(name).u8(password.length).bytes(password));
}

/** As TigerVNC and RealVNC show a server's key, to be compared by eye. */
function shownAs(wireKey: Uint8Array): string {
  const hash = createHash('sha1').update(wireKey).digest().subarray(0, 8);
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('-');
}
