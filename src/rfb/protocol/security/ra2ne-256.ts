import { authenticateByRa2 } from './ra2.ts';
import { defineSecurityType } from './security-type.ts';

/** RSA-AES-256 Unencrypted, rfbproto: only what authenticates is encrypted, with 256 bits. */
export const ra2neWith256 = defineSecurityType({
  type: 130,
  name: 'ra2ne-256',
  encrypts: false,
  identity: 'key',
  asks: ['password'],
  authenticate: (raw, context) => authenticateByRa2(raw, context, { hash: 'sha256', keyLength: 32, encrypts: false }),
});
