import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Connection } from '../../rfb/protocol/connection.ts';
import { vncResponse } from '../../rfb/protocol/security/vnc-authentication.ts';
import { defineServerSecurityType, type ServerSecrets, type Verdict } from './server-security-type.ts';

const CHALLENGE_LENGTH = 16;

/** VNC Authentication, RFC 6143 §7.2.2. */
export const vncAuthentication = defineServerSecurityType({ type: 2, name: 'vncauth', authenticate: challenge });

/** The exchange, wherever it stands. */
export async function challenge(connection: Connection, secrets: ServerSecrets): Promise<Verdict> {
  const challenge = randomBytes(CHALLENGE_LENGTH);
  await connection.pipe.write(challenge);
  await connection.reader.need(CHALLENGE_LENGTH);
  const response = connection.reader.view(CHALLENGE_LENGTH);
  const { password } = secrets;
  if (password !== undefined && timingSafeEqual(response, vncResponse(challenge, password))) return { connection };
  return { connection, refusal: 'the password is wrong' };
}
