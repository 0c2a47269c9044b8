import { ByteWriter } from '../../bytes/byte-writer.ts';
import type { Connection } from '../connection.ts';
import { MAX_CREDENTIAL } from '../limits.ts';
import { ask, credentialBytes } from './ask.ts';
import type { SecurityContext } from './security-type.ts';

/** User name and password as they are: VeNCrypt's Plain and Tight's Unix login, which are the same on the wire. */
export async function sendPlain(connection: Connection, context: SecurityContext, what: string): Promise<void> {
  const { username, password } = await ask(context, ['username', 'password'], what);
  const name = credentialBytes(username, MAX_CREDENTIAL, 'user name');
  const secret = credentialBytes(password, MAX_CREDENTIAL, 'password');
  await connection.send(new ByteWriter().u32(name.length).u32(secret.length).bytes(name).bytes(secret));
}
