import { randomBytes, timingSafeEqual } from 'node:crypto';
import { vncResponse } from '../../rfb/protocol/security/vnc-authentication.ts';
import type { ServerSecurityType } from './server-security-type.ts';

const CHALLENGE_LENGTH = 16;

/** VNC Authentication, RFC 6143 §7.2.2. */
export const vncAuthentication: ServerSecurityType = {
  type: 2,
  name: 'vncauth',
  async authenticate(connection, secrets) {
    const challenge = randomBytes(CHALLENGE_LENGTH);
    await connection.pipe.write(challenge);
    await connection.reader.need(CHALLENGE_LENGTH);
    const response = connection.reader.view(CHALLENGE_LENGTH);
    const { password } = secrets;
    if (password !== undefined && timingSafeEqual(response, vncResponse(challenge, password))) return { connection };
    return { connection, refusal: 'the password is wrong' };
  },
};
