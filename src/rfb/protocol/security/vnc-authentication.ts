import { createCipheriv } from 'node:crypto';
import { AuthenticationError } from '../../errors.ts';
import { encodeText } from '../text.ts';
import { defineSecurityType } from './security-type.ts';

const CHALLENGE_LENGTH = 16;
const PASSWORD_LENGTH = 8;

/** VNC Authentication, RFC 6143 §7.2.2. */
export const vncAuthentication = defineSecurityType({
  type: 2,
  name: 'vncauth',
  encrypts: false,
  async authenticate(connection, { credentials, warn }) {
    await connection.reader.need(CHALLENGE_LENGTH);
    const challenge = connection.reader.view(CHALLENGE_LENGTH).slice();
    const { password } = await credentials(['password']);
    if (password === undefined) {
      throw new AuthenticationError(
        'CREDENTIALS_REQUIRED',
        'the server wants a password (VNC authentication) and none was given',
      );
    }
    if (encodeText(password).length > PASSWORD_LENGTH) {
      warn(`VNC authentication uses the first ${PASSWORD_LENGTH} bytes of a password, the rest is ignored`);
    }
    await connection.pipe.write(vncResponse(challenge, password));
    return connection;
  },
});

/** DES in ECB mode under the password's first eight bytes, each with its bits in reverse order. */
export function vncResponse(challenge: Uint8Array, password: string): Uint8Array {
  const key = new Uint8Array(PASSWORD_LENGTH);
  key.set(encodeText(password).subarray(0, PASSWORD_LENGTH));
  const mirrored = key.map(reverseBits);
  // OpenSSL 3 keeps plain DES in its legacy provider; triple DES with one key three times is the same function.
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([mirrored, mirrored, mirrored]), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}
