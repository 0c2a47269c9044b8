import { authenticateByRa2 } from './ra2.ts';
import { defineSecurityType } from './security-type.ts';

/** RSA-AES-256, rfbproto: all is encrypted, with 256 bits. */
export const ra2With256 = defineSecurityType({
  type: 129,
  name: 'ra2-256',
  encrypts: true,
  identity: 'key',
  asks: ['password'],
  authenticate: (raw, context) => authenticateByRa2(raw, context, { hash: 'sha256', keyLength: 32, encrypts: true }),
});
