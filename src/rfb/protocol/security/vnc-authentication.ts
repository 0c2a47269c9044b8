import { createCipheriv } from 'node:crypto';
import type { Connection } from '../connection.ts';
import { encodeText } from '../text.ts';
import { ask } from './ask.ts';
import { defineSecurityType, type SecurityContext } from './security-type.ts';

const CHALLENGE_LENGTH = 16;
const PASSWORD_LENGTH = 8;

/** VNC Authentication, RFC 6143 §7.2.2. */
export const vncAuthentication = defineSecurityType({
  type: 2,
  name: 'vncauth',
  encrypts: false,
  identity: 'none',
  asks: ['password'],
  async authenticate(connection, context) {
    await answerChallenge(connection, context);
    return { connection };
  },
});

/** The exchange, wherever it stands: alone, inside TLS, behind XVP's names. */
export async function answerChallenge({ reader, pipe }: Connection, context: SecurityContext): Promise<void> {
  await reader.need(CHALLENGE_LENGTH);
  const challenge = reader.view(CHALLENGE_LENGTH).slice();
  const { password } = await ask(context, ['password'], 'VNC authentication');
  if (encodeText(password).length > PASSWORD_LENGTH) {
    context.warn(`VNC authentication uses the first ${PASSWORD_LENGTH} bytes of a password, the rest is ignored`);
  }
  await pipe.write(vncResponse(challenge, password));
}

/** DES in ECB mode under the password's first eight bytes, each with its bits in reverse order. */
export function vncResponse(challenge: Uint8Array, password: string): Uint8Array {
  const key = new Uint8Array(PASSWORD_LENGTH);
  key.set(encodeText(password).subarray(0, PASSWORD_LENGTH));
  const cipher = createCipheriv('des-ede3-ecb', vncDesKey(key), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

/**
 * A key of eight bytes as VNC's DES takes it: each with its bits in reverse order. For triple DES, which with one key three times
 * is the same function: OpenSSL 3 keeps plain DES in its legacy provider.
 */
export function vncDesKey(key: Uint8Array): Uint8Array {
  const mirrored = key.map(reverseBits);
  return Buffer.concat([mirrored, mirrored, mirrored]);
}

function reverseBits(byte: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
}
