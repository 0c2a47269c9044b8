import { randomBytes, timingSafeEqual } from 'node:crypto';
import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { ProtocolError } from '../../rfb/errors.ts';
import type { Connection } from '../../rfb/protocol/connection.ts';
import { MAX_SASL_DATA, MAX_SASL_MECHANISM_LIST, MIN_SCRAM_ITERATIONS } from '../../rfb/protocol/limits.ts';
import { fieldsOf, type ScramHash, scramProofs } from '../../rfb/protocol/security/scram.ts';
import { decodeText, encodeText, printable } from '../../rfb/protocol/text.ts';
import { checkLogin } from './check-login.ts';
import { defineServerSecurityType, type ServerSecrets, type Verdict } from './server-security-type.ts';

/** SASL, rfbproto. */
export const sasl = defineServerSecurityType({ type: 20, name: 'sasl', authenticate: authenticateBySasl });

const SCRAM: Readonly<Record<string, ScramHash>> = {
  'SCRAM-SHA-512': 'sha512',
  'SCRAM-SHA-256': 'sha256',
  'SCRAM-SHA-1': 'sha1',
};

const WRONG = 'the user name or the password is wrong';

/** The exchange, alone or inside TLS; PLAIN only where nobody can read along. */
export async function authenticateBySasl(connection: Connection, secrets: ServerSecrets): Promise<Verdict> {
  const mechanisms = [...Object.keys(SCRAM), ...(connection.pipe.confidential ? ['PLAIN'] : [])];
  const list = encodeText(mechanisms.join(','));
  await connection.send(new ByteWriter().u32(list.length).bytes(list));
  const { reader } = connection;
  await reader.need(4);
  const length = reader.u32();
  if (length > MAX_SASL_MECHANISM_LIST) throw tooLong('mechanism name', length);
  await reader.need(length);
  const name = decodeText(reader.view(length));
  const data = await readData(connection);
  const hash = mechanisms.includes(name) ? SCRAM[name] : undefined;
  if (hash) return await scram(connection, secrets, hash, data);
  if (!mechanisms.includes(name)) {
    throw new ProtocolError('BAD_VALUE', `the viewer chose SASL ${printable(name, 40)}, which was not offered`);
  }
  const [, username = '', password = ''] = decodeText(data).split('\0');
  await send(connection, undefined, true);
  return { connection, ...checkLogin(secrets, { username, password }) };
}

/** RFC 5802, the server's side. */
async function scram(
  connection: Connection,
  secrets: ServerSecrets,
  hash: ScramHash,
  first: Uint8Array,
): Promise<Verdict> {
  const bare = decodeText(first).replace(/^n,,/, '');
  const clientNonce = fieldsOf(encodeText(bare)).get('r') ?? '';
  const username = (fieldsOf(encodeText(bare)).get('n') ?? '').replaceAll('=2C', ',').replaceAll('=3D', '=');
  const nonce = clientNonce + randomBytes(18).toString('base64');
  const salt = randomBytes(16);
  const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${MIN_SCRAM_ITERATIONS}`;
  await send(connection, encodeText(serverFirst), false);
  const final = decodeText(await readData(connection));
  const withoutProof = final.replace(/,p=[^,]*$/, '');
  const proof = Buffer.from(fieldsOf(encodeText(final)).get('p') ?? '', 'base64');
  const message = `${bare},${serverFirst},${withoutProof}`;
  const parameters = { salt, iterations: MIN_SCRAM_ITERATIONS, message };
  const { clientProof, serverSignature } = await scramProofs(
    hash,
    secrets.password ?? randomBytes(16).toString('hex'),
    parameters,
  );
  const named = secrets.username === undefined || secrets.username === username;
  const proved = proof.length === clientProof.length && timingSafeEqual(proof, clientProof);
  const right = named && proved && withoutProof.endsWith(`,r=${nonce}`);
  // To who was wrong, nothing is proved; SecurityResult says why.
  await send(connection, right ? encodeText(`v=${Buffer.from(serverSignature).toString('base64')}`) : undefined, true);
  return right ? { connection } : { connection, refusal: WRONG };
}

async function readData({ reader }: Connection): Promise<Uint8Array> {
  await reader.need(4);
  const length = reader.u32();
  if (length > MAX_SASL_DATA) throw tooLong('data', length);
  await reader.need(length);
  return reader.view(length).slice(0, -1);
}

async function send(connection: Connection, data: Uint8Array | undefined, complete: boolean): Promise<void> {
  const out = new ByteWriter();
  if (data)
    out
      .u32(data.length + 1)
      .bytes(data)
      .u8(0);
  else out.u32(0);
  await connection.send(out.bool(complete));
}

function tooLong(what: string, length: number): ProtocolError {
  return new ProtocolError('BAD_LENGTH', `SASL ${what} of ${length} bytes is too long`);
}
