import { acceptRa2 } from './ra2.ts';
import { defineServerSecurityType } from './server-security-type.ts';

/** RSA-AES Unencrypted, rfbproto. */
export const ra2ne = defineServerSecurityType({
  type: 6,
  name: 'ra2ne',
  authenticate: (raw, secrets) => acceptRa2(raw, secrets, { hash: 'sha1', keyLength: 16, encrypts: false }),
});
