import { expect, test } from 'vitest';
import { vncResponse } from '../../../../src/rfb/protocol/security/vnc-authentication.ts';

/** By OpenSSL's own DES: `openssl enc -des-ecb -nopad -K <key with mirrored bytes> -provider legacy`. */
test.each([
  ['password', 'b866924125c8eebb9debc1db61c538e2'],
  ['password is cut at eight bytes', 'b866924125c8eebb9debc1db61c538e2'],
  ['ab', 'fe01155de95da3e28adf6cc730f06f08'],
])('the response under %j', (password, response) => {
  const challenge = Uint8Array.from({ length: 16 }, (_, i) => i);
  expect(Buffer.from(vncResponse(challenge, password)).toString('hex')).toBe(response);
});
