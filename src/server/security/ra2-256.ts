import { acceptRa2 } from './ra2.ts';
import { defineServerSecurityType } from './server-security-type.ts';

/** RSA-AES-256, rfbproto. */
export const ra2With256 = defineServerSecurityType({
  type: 129,
  name: 'ra2-256',
  authenticate: (raw, secrets) => acceptRa2(raw, secrets, { hash: 'sha256', keyLength: 32, encrypts: true }),
});
