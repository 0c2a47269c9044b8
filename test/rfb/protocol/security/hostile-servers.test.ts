import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { answerDiffieHellman } from '../../../../src/rfb/protocol/security/diffie-hellman.ts';
import { wireKeyOf } from '../../../../src/rfb/protocol/security/rsa-exchange.ts';
import { Session, type SessionOptions } from '../../../../src/rfb/session/session.ts';
import { pipePair } from '../../../../src/server/pipe-pair.ts';
import { createServer } from '../../../../src/server/server.ts';
import { type ScriptedPeer, scriptedPipe } from '../../../support/scripted-server.ts';
import { ca, certificate } from '../../../support/secured.ts';

const credentials = { username: 'me', password: 'geheim', target: 'vm' };
const rsaKey = readFileSync(path.join(import.meta.dirname, '../../../../fixtures/tls/rsa-key.pem'), 'utf8');
const CLIENT: SessionOptions = { credentials, allowPlaintextPassword: true, handshakeTimeoutMs: 20_000 };

const u16 = (value: number) => [(value >>> 8) & 255, value & 255];
const u32 = (value: number) => [...u16(value >>> 16), ...u16(value)];
const repeated = (byte: number, count: number) => Array.from({ length: count }, () => byte);

/** A server that offers `type` alone and then says `bytes`, whatever the client does. */
async function against(type: number, bytes: readonly number[], more?: (peer: ScriptedPeer) => Promise<void>) {
  const { pipe } = scriptedPipe(async (peer) => {
    await peer.sendText('RFB 003.008\n');
    await peer.expect(12);
    await peer.send([1, type]);
    await peer.expect(1);
    await peer.send(bytes);
    await more?.(peer);
    await peer.stall();
  });
  return await Session.open(pipe, CLIENT).then(
    async (session) => session.close(),
    (error: unknown) => error,
  );
}

/** RFC 2409's second group, and a number in it. */
const PRIME = [...Buffer.from(`${'f'.repeat(16)}${'c90fdaa22168c234'}${'5'.repeat(208)}${'f'.repeat(15)}f`, 'hex')];
const dh = (generator: number[], prime: number[], number: number[]) => [
  ...generator,
  ...u16(prime.length),
  ...prime,
  ...number,
];
const small = (value: number, length = PRIME.length) => [...repeated(0, length - 1), value];
const ONE_LESS = [...PRIME.slice(0, -1), (PRIME.at(-1) ?? 1) - 1];
const modulus = (bits: number, last = 1) => [...repeated(0xff, bits / 8 - 1), last];
const e65537 = (bits: number) => [...repeated(0, bits / 8 - 3), 1, 0, 1];

test.each<[string, number, readonly number[], string]>([
  ['RA2: a key of 4 Gbit', 5, u32(0xffffffff), 'BAD_LENGTH'],
  ['RA2: a key of 8200 bits', 5, u32(8200), 'BAD_LENGTH'],
  ['RA2: a key of 512 bits', 6, [...u32(512), ...modulus(512), ...e65537(512)], 'BAD_LENGTH'],
  ['RA2: a key of no bits', 129, u32(0), 'BAD_LENGTH'],
  [
    'RA2: 2048 bits that are mostly zero',
    129,
    [...u32(2048), ...repeated(0, 200), ...modulus(448), ...e65537(2048)],
    'BAD_LENGTH',
  ],
  ['RA2: an even modulus', 130, [...u32(1024), ...modulus(1024, 2), ...e65537(1024)], 'BAD_VALUE'],
  ['RA2: an exponent of one', 5, [...u32(1024), ...modulus(1024), ...small(1, 128)], 'BAD_VALUE'],
  ['RA2: an exponent of 1024 bits', 5, [...u32(1024), ...modulus(1024), ...modulus(1024)], 'BAD_VALUE'],
  ['RA2: no exponent', 5, [...u32(1024), ...modulus(1024), ...repeated(0, 128)], 'BAD_VALUE'],
  ['Apple DH: a prime of 64 KiB', 30, [...u16(2), ...u16(0xffff)], 'BAD_LENGTH'],
  ['Apple DH: no prime', 30, [...u16(2), ...u16(0)], 'BAD_LENGTH'],
  ['Apple DH: a prime of zero', 30, dh(u16(2), small(0), small(2)), 'BAD_VALUE'],
  ['Apple DH: a prime of one', 30, dh(u16(2), small(1), small(2)), 'BAD_VALUE'],
  ['Apple DH: an even prime', 30, dh(u16(2), [...PRIME.slice(0, -1), 0xfe], small(2)), 'BAD_VALUE'],
  ['Apple DH: generator 0', 30, dh(u16(0), PRIME, small(2)), 'BAD_VALUE'],
  ['Apple DH: generator 1', 30, dh(u16(1), PRIME, small(2)), 'BAD_VALUE'],
  ['Apple DH: public number 0', 30, dh(u16(2), PRIME, small(0)), 'BAD_VALUE'],
  ['Apple DH: public number 1', 30, dh(u16(2), PRIME, small(1)), 'BAD_VALUE'],
  ['Apple DH: public number p-1', 30, dh(u16(2), PRIME, ONE_LESS), 'BAD_VALUE'],
  ['Apple DH: public number p', 30, dh(u16(2), PRIME, PRIME), 'BAD_VALUE'],
  ['Apple DH: public number above p', 30, dh(u16(2), PRIME, repeated(0xff, PRIME.length)), 'BAD_VALUE'],
  ['MSLogonII: all zero', 113, repeated(0, 24), 'BAD_VALUE'],
  ['MSLogonII: public number 1', 113, [...small(5, 8), ...repeated(0xff, 8), ...small(1, 8)], 'BAD_VALUE'],
  ['MSLogonII: prime 3', 113, [...small(2, 8), ...small(3, 8), ...small(2, 8)], 'BAD_VALUE'],
  ['Apple RSA: a key of 4 GiB', 33, [...u32(100), 1, 0, ...u32(0xffffffff)], 'BAD_LENGTH'],
  ['Apple RSA: a key that is none', 33, [...u32(15), 1, 0, ...u32(8), ...repeated(0x30, 8), 0], 'BAD_VALUE'],
  ['Tight: a million tunnels', 16, u32(1_000_000), 'BAD_LENGTH'],
  ['Tight: 4 Gi authentications', 16, [...u32(0), ...u32(0xffffffff)], 'BAD_LENGTH'],
  ['Tight: a tunnel that is wanted', 16, [...u32(1), ...u32(7), ...repeated(65, 12)], 'NO_COMMON_SECURITY_TYPE'],
  ['Tight: nothing known', 16, [...u32(0), ...u32(1), ...u32(77), ...repeated(65, 12)], 'NO_COMMON_SECURITY_TYPE'],
])('%s', async (_what, type, bytes, code) => {
  expect(await against(type, bytes)).toMatchObject({ code, phase: 'security' });
});

test('Apple DH: a short prime is as good as readable', async () => {
  const { pipe } = scriptedPipe(async (peer) => {
    await peer.sendText('RFB 003.008\n');
    await peer.expect(12);
    await peer.send([1, 30]);
    await peer.expect(1);
    await peer.send([...u16(2), ...u16(64)]);
    await peer.stall();
  });
  await expect(Session.open(pipe, { credentials })).rejects.toMatchObject({
    code: 'NO_COMMON_SECURITY_TYPE',
    message: expect.stringMatching(/prime of 512 bits.*--allow-plaintext-password/),
  });
});

test('Apple RSA: a key that is not RSA', async () => {
  const der = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
  const error = await against(33, [...u32(der.length + 7), 1, 0, ...u32(der.length), ...der, 0]);
  expect(error).toMatchObject({ code: 'BAD_VALUE' });
});

test('Tight: capabilities behind ServerInit without end', async () => {
  const error = await against(16, [...u32(0), ...u32(0)], async (peer) => {
    await peer.send(u32(0));
    await peer.expect(1);
    await peer.sendServerInit();
    await peer.send([...u16(0xffff), ...u16(0xffff), ...u16(0xffff), 0, 0]);
  });
  expect(error).toMatchObject({ code: 'BAD_LENGTH', phase: 'init' });
});

describe('RA2, after the keys', () => {
  const key = wireKeyOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey);

  test.each<[string, readonly number[], string]>([
    ['a random number of no length', u16(0), 'BAD_LENGTH'],
    ['a random number above the modulus', [...u16(256), ...repeated(0xff, 256)], 'BAD_VALUE'],
    // It decrypts to what has no padding: both sides then have other keys, and no tag is right.
    [
      'a random number that is none',
      [...u16(256), ...repeated(0, 255), 1, ...u16(20), ...repeated(7, 36)],
      'BAD_VALUE',
    ],
    [
      'a message without a right tag',
      [...u16(256), ...repeated(1, 256), ...u16(0xffff), ...repeated(7, 0xffff + 16)],
      'BAD_VALUE',
    ],
  ])('%s', async (_what, bytes, code) => {
    const error = await against(5, [...key.bytes], async (peer) => {
      await peer.expect(4 + 2 * 256);
      await peer.send(bytes);
    });
    expect(error).toMatchObject({ code, phase: 'security' });
  });
});

test('Diffie-Hellman numbers of every kind are refused or answered, never mistaken', () => {
  for (let i = 0; i < 300; i++) {
    const numbers = [0, 1, 2].map(() => Uint8Array.from(randomBytes(i % 3 === 0 ? 1 : 8)));
    const [generator = EMPTY, prime = EMPTY, publicNumber = EMPTY] = numbers;
    try {
      const answer = answerDiffieHellman({ generator, prime, publicNumber });
      expect(answer.secret.length).toBe(prime.length);
      expect(answer.secret.some((byte) => byte !== 0)).toBe(true);
    } catch (error) {
      expect(error).toMatchObject({ code: 'BAD_VALUE' });
    }
  }
});

const EMPTY = new Uint8Array(0);

/** Cut at many places of what our server says; from ServerInit on, the session is there. */
test.each([
  ...['vencrypt-plain', 'sasl', 'tight-unix', 'apple-dh', 'mslogon2', 'xvp', 'apple-rsa'],
  ...['vencrypt-x509-vnc', 'vencrypt-tls-plain', 'tls', 'ra2ne', 'ra2-256'],
])('%s, cut anywhere in the handshake, is a lost connection', async (security) => {
  const options = { ...credentials, rsaKey, certificate, security: [security] };
  const whole = await heard(options, Number.POSITIVE_INFINITY);
  expect(whole.error).toBeUndefined();
  // Keys of RSA and numbers of Diffie and Hellman take their time.
  const places = /ra2|tls|x509/.test(security) ? 7 : 20;
  let cuts = 0;
  for (let length = 13; length < whole.length; length += Math.ceil(whole.length / places), cuts++) {
    const { error } = await heard(options, length);
    if (error === undefined) break;
    // A server that hangs up on credentials of SASL has refused them.
    const code = security === 'sasl' ? /^(CONNECTION_LOST|AUTHENTICATION_FAILED)$/ : /^CONNECTION_LOST$/;
    expect(error, `cut at ${length}`).toMatchObject({ code: expect.stringMatching(code) });
  }
  expect(cuts).toBeGreaterThan(2);
});

/** What the client hears of our server, when the wire breaks after so many bytes; the whole is what comes before ServerInit's pixels. */
async function heard(options: Parameters<typeof createServer>[0], limit: number) {
  const server = createServer(options);
  const [near, far] = pipePair();
  const served = server.accept(far);
  let length = 0;
  const incoming = (async function* () {
    for await (const chunk of near.incoming) {
      const left = limit - length;
      length += Math.min(chunk.length, left);
      yield chunk.subarray(0, left);
      if (chunk.length >= left) break;
    }
    await near.close();
  })();
  const client = { ...CLIENT, tls: {}, security: undefined };
  const tls = options?.security?.some((name) => name.includes('x509')) ? { ca } : {};
  const error = await Session.open({ ...near, host: 'localhost', incoming }, { ...client, tls }).then(
    async (session) => session.close(),
    (reason: unknown) => reason,
  );
  await server.close();
  await served;
  return { error, length };
}
