import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import type { Connection } from '../../rfb/protocol/connection.ts';
import {
  encryptedConnection,
  exchangeHashes,
  RANDOM_LENGTH,
  type Ra2Variant,
  readRandom,
  readWireKey,
  sendRandom,
  wireKeyOf,
} from '../../rfb/protocol/security/rsa-exchange.ts';
import { decodeText } from '../../rfb/protocol/text.ts';
import { checkLogin } from './check-login.ts';
import { defineServerSecurityType, type ServerSecrets, type Verdict } from './server-security-type.ts';

/** RSA-AES, rfbproto. */
export const ra2 = defineServerSecurityType({
  type: 5,
  name: 'ra2',
  authenticate: (raw, secrets) => acceptRa2(raw, secrets, { hash: 'sha1', keyLength: 16, encrypts: true }),
});

/** The server's side of all four; it asks for a name where it has one to compare with. */
export async function acceptRa2(raw: Connection, secrets: ServerSecrets, variant: Ra2Variant): Promise<Verdict> {
  const privateKey = createPrivateKey(secrets.rsaKey ?? '');
  const serverKey = wireKeyOf(createPublicKey(privateKey));
  await raw.pipe.write(serverKey.bytes);
  const clientKey = await readWireKey(raw);
  const own = randomBytes(RANDOM_LENGTH);
  await sendRandom(raw, clientKey, own);
  const theirs = (await readRandom(raw, privateKey, serverKey.modulusLength)) ?? randomBytes(RANDOM_LENGTH);
  const encrypted = encryptedConnection(raw, variant, { own, theirs });
  await exchangeHashes(encrypted, variant, serverKey, clientKey);
  await encrypted.send(new ByteWriter().u8(secrets.username === undefined ? 2 : 1));
  const username = await readText(encrypted);
  const password = await readText(encrypted);
  const given = secrets.username === undefined ? { password } : { username, password };
  return { connection: variant.encrypts ? encrypted : raw, ...checkLogin(secrets, given) };
}

async function readText({ reader }: Connection): Promise<string> {
  await reader.need(1);
  const length = reader.u8();
  await reader.need(length);
  return decodeText(reader.view(length));
}
