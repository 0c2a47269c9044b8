import { ProtocolError } from '../../rfb/errors.ts';
import type { Connection } from '../../rfb/protocol/connection.ts';
import { MAX_CREDENTIAL } from '../../rfb/protocol/limits.ts';
import { decodeText } from '../../rfb/protocol/text.ts';
import { checkLogin } from './check-login.ts';
import type { ServerSecrets, Verdict } from './server-security-type.ts';

/** User name and password as they are: VeNCrypt's Plain and Tight's Unix login. */
export async function readPlain(connection: Connection, secrets: ServerSecrets): Promise<Verdict> {
  const { reader } = connection;
  await reader.need(8);
  const nameLength = reader.u32();
  const passwordLength = reader.u32();
  if (nameLength > MAX_CREDENTIAL || passwordLength > MAX_CREDENTIAL) {
    throw new ProtocolError(
      'BAD_LENGTH',
      `credentials of ${nameLength} and ${passwordLength} bytes, the limit is ${MAX_CREDENTIAL}`,
    );
  }
  await reader.need(nameLength + passwordLength);
  const username = decodeText(reader.view(nameLength));
  const password = decodeText(reader.view(passwordLength));
  return { connection, ...checkLogin(secrets, { username, password }) };
}
