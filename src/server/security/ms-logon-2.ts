import { createDecipheriv, randomBytes } from 'node:crypto';
import { bytes, number, power, sharedSecret } from '../../rfb/protocol/security/diffie-hellman.ts';
import {
  MS_LOGON_NAME_LENGTH,
  MS_LOGON_NUMBER_LENGTH,
  MS_LOGON_PASSWORD_LENGTH,
} from '../../rfb/protocol/security/ms-logon-2.ts';
import { vncDesKey } from '../../rfb/protocol/security/vnc-authentication.ts';
import { checkLogin } from './check-login.ts';
import { defineServerSecurityType } from './server-security-type.ts';
import { terminatedText } from './terminated-text.ts';

/** The largest safe prime of 64 bits that 5 generates: 2^64 - 1469. */
const PRIME = 0xfffffffffffffa43n;
const GENERATOR = 5n;

/** MSLogonII, rfbproto. */
export const msLogon2 = defineServerSecurityType({
  type: 113,
  name: 'mslogon2',
  async authenticate(connection, secrets) {
    const length = MS_LOGON_NUMBER_LENGTH;
    const exponent = (number(randomBytes(length)) % (PRIME - 3n)) + 2n;
    const offer = [GENERATOR, PRIME, power(GENERATOR, exponent, PRIME)].map((value) => bytes(value, length));
    await connection.pipe.write(Buffer.concat(offer));
    const { reader } = connection;
    await reader.need(length + MS_LOGON_NAME_LENGTH + MS_LOGON_PASSWORD_LENGTH);
    const secret = sharedSecret(reader.view(length).slice(), exponent, PRIME, length);
    const name = reader.view(MS_LOGON_NAME_LENGTH).slice();
    const password = reader.view(MS_LOGON_PASSWORD_LENGTH).slice();
    return { connection, ...checkLogin(secrets, msLogonCredentials(secret, name, password)) };
  },
});

/** What was encrypted, each with the secret as key and as beginning. */
export function msLogonCredentials(secret: Uint8Array, name: Uint8Array, password: Uint8Array) {
  const [username = '', word = ''] = [name, password].map((field) =>
    terminatedText(createDecipheriv('des-ede3-cbc', vncDesKey(secret), secret).setAutoPadding(false).update(field)),
  );
  return { username, password: word };
}
