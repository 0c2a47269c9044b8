import { authenticateByRa2 } from './ra2.ts';
import { defineSecurityType } from './security-type.ts';

/** RSA-AES Unencrypted, rfbproto: only what authenticates is encrypted, with 128 bits. */
export const ra2ne = defineSecurityType({
  type: 6,
  name: 'ra2ne',
  encrypts: false,
  identity: 'key',
  asks: ['password'],
  authenticate: (raw, context) => authenticateByRa2(raw, context, { hash: 'sha1', keyLength: 16, encrypts: false }),
});
