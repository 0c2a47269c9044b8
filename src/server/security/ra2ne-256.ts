import { acceptRa2 } from './ra2.ts';
import { defineServerSecurityType } from './server-security-type.ts';

/** RSA-AES-256 Unencrypted, rfbproto. */
export const ra2neWith256 = defineServerSecurityType({
  type: 130,
  name: 'ra2ne-256',
  authenticate: (raw, secrets) => acceptRa2(raw, secrets, { hash: 'sha256', keyLength: 32, encrypts: false }),
});
