import { createCipheriv } from 'node:crypto';
import { ask } from './ask.ts';
import { answerDiffieHellman } from './diffie-hellman.ts';
import { terminatedField } from './field.ts';
import { defineSecurityType } from './security-type.ts';
import { vncDesKey } from './vnc-authentication.ts';

/** Of UltraVNC's numbers. */
export const MS_LOGON_NUMBER_LENGTH = 8;
export const MS_LOGON_NAME_LENGTH = 256;
export const MS_LOGON_PASSWORD_LENGTH = 64;

/** MSLogonII, rfbproto: UltraVNC's, with a secret of 64 bits, which anybody finds in a moment: as good as readable. */
export const msLogon2 = defineSecurityType({
  type: 113,
  name: 'mslogon2',
  encrypts: false,
  identity: 'none',
  asks: ['username', 'password'],
  exposesPassword: true,
  async authenticate(connection, context) {
    const { reader, pipe } = connection;
    await reader.need(MS_LOGON_NUMBER_LENGTH * 3);
    const number = () => reader.view(MS_LOGON_NUMBER_LENGTH).slice();
    const offer = { generator: number(), prime: number(), publicNumber: number() };
    const { publicNumber, secret } = answerDiffieHellman(offer);
    const { username, password } = await ask(context, ['username', 'password'], 'MSLogonII');
    const encrypted = [
      terminatedField(username, MS_LOGON_NAME_LENGTH, 'user name'),
      terminatedField(password, MS_LOGON_PASSWORD_LENGTH, 'password'),
    ].map((field) => createCipheriv('des-ede3-cbc', vncDesKey(secret), secret).setAutoPadding(false).update(field));
    await pipe.write(Buffer.concat([publicNumber, ...encrypted]));
    return { connection };
  },
});
