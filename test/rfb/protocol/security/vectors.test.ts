import { createHash, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { AesEax } from '../../../../src/rfb/protocol/security/aes-eax.ts';
import { bytes, number, power, sharedSecret } from '../../../../src/rfb/protocol/security/diffie-hellman.ts';
import { appleCredentials } from '../../../../src/server/security/apple-dh.ts';
import { msLogonCredentials } from '../../../../src/server/security/ms-logon-2.ts';
import { createServer } from '../../../../src/server/server.ts';
import { RawViewer } from '../../../support/raw-viewer.ts';

const fixtures = path.join(import.meta.dirname, '../../../../fixtures');
const vectors = JSON.parse(readFileSync(path.join(fixtures, 'security/vectors.json'), 'utf8'));
const { username, password } = vectors;
const rsaKey = readFileSync(path.join(fixtures, 'tls/rsa-key.pem'), 'utf8');
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

/** The examples of "The EAX Mode of Operation", appendix G. */
describe.each([
  [
    '233952DEE4D5ED5F9B9C6D6FF80FF478',
    '62EC67F9C3A4A407FCB2A8C49031A8B3',
    '6BFB914FD07EAE6B',
    '',
    'E037830E8389F27B025A2D6527E79D01',
  ],
  [
    '91945D3F4DCBEE0BF45EF52255F095A4',
    'BECAF043B0A23D843194BA972C66DEBD',
    'FA3BFD4806EB53FA',
    'F7FB',
    '19DD5C4C9331049D0BDAB0277408F67967E5',
  ],
  [
    '01F74AD64077F2E704C0F60ADA3DD523',
    '70C3DB4F0D26368400A10ED05D2BFF5E',
    '234A3463C1264AC6',
    '1A47CB4933',
    'D851D5BAE03A59F238A23E39199DC9266626C40F80',
  ],
  [
    'D07CF6CBB7F313BDDE66B727AFD3C5E8',
    '8408DFFF3C1A2B1292DC199E46B7D617',
    '33CCE2EABFF5A79D',
    '481C9E39B1',
    '632A9D131AD4C168A4225D8E1FF755939974A7BEDE',
  ],
])('EAX under %s', (key, nonce, header, message, sealed) => {
  const eax = new AesEax(hex(key));

  test('is the example of its authors', () => {
    expect(
      Buffer.from(eax.seal(hex(nonce), hex(header), hex(message)))
        .toString('hex')
        .toUpperCase(),
    ).toBe(sealed);
    expect(eax.open(hex(nonce), hex(header), hex(sealed))).toEqual(Buffer.from(hex(message)));
  });

  test('opens nothing that was changed', () => {
    const changed = hex(sealed);
    for (let i = 0; i < changed.length; i++) {
      changed[i] = (changed[i] ?? 0) ^ 1;
      expect(eax.open(hex(nonce), hex(header), changed)).toBeUndefined();
      changed[i] = (changed[i] ?? 0) ^ 1;
    }
    expect(eax.open(hex(nonce), hex(`${header}00`), hex(sealed))).toBeUndefined();
    expect(
      eax.open(
        hex(nonce).map((byte) => byte ^ 1),
        hex(header),
        hex(sealed),
      ),
    ).toBeUndefined();
    expect(eax.open(hex(nonce), hex(header), hex(sealed).subarray(0, 15))).toBeUndefined();
  });
});

describe.each(['appleDh', 'msLogon2'] as const)('Diffie-Hellman of %s', (name) => {
  const { prime, serverExponent, clientNumber, secret } = vectors[name];

  test('the secret is Python’s', () => {
    const { length } = hex(prime);
    const shared = sharedSecret(hex(clientNumber), number(hex(serverExponent)), number(hex(prime)), length);
    expect(Buffer.from(shared).toString('hex')).toBe(secret);
  });
});

test('powers are Python’s, and numbers keep their zeros', () => {
  expect(power(5n, 0xfedcba9876543210n, 0xfffffffffffffa43n)).toBe(17485865595788839250n);
  expect([...bytes(258n, 4)]).toEqual([0, 0, 1, 2]);
});

test('Apple’s Diffie-Hellman: what Python encrypted', () => {
  const { secret, encrypted } = vectors.appleDh;
  const key = createHash('md5').update(hex(secret)).digest();
  expect(appleCredentials(key, hex(encrypted))).toEqual({ username, password });
});

test('MSLogonII: what Python encrypted', () => {
  const { secret, name, password: word } = vectors.msLogon2;
  expect(msLogonCredentials(hex(secret), hex(name), hex(word))).toEqual({ username, password });
});

test('Apple’s RSA: the whole exchange of a client in Python', async () => {
  const { request, key, answer } = vectors.appleRsa;
  const viewer = new RawViewer(createServer({ username, password, rsaKey, security: ['apple-rsa'] }));
  await viewer.greet('3.8');
  expect(await viewer.take(2)).toEqual([1, 33]);
  await viewer.send(33, ...hex(request));
  expect(await viewer.take(hex(key).length)).toEqual([...hex(key)]);
  await viewer.send(...hex(answer));
  expect(await viewer.take(8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(createPrivateKey(rsaKey).asymmetricKeyDetails?.modulusLength).toBe(2048);
});
