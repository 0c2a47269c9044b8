import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { TlsOptions } from '../../src/rfb/protocol/security/tls/trust.ts';
import { openAddress } from '../../src/transports/index.ts';
import { tls } from '../../src/transports/tls.ts';
import {
  clientCertificate,
  otherCertificate,
  type PipeServer,
  type Serve,
  serveTcp,
  serveTls,
  silent,
  testCertificate,
  testPin,
} from '../support/pipe-servers.ts';

const { ca } = testCertificate;
const pin = testPin;

const servers: PipeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(serve: Serve = silent, certificate = testCertificate): Promise<string> {
  const server = await serveTls(serve, certificate);
  servers.push(server);
  return server.address;
}

async function attempt(address: string, options: TlsOptions): Promise<string[]> {
  const warnings: string[] = [];
  const { pipe } = await openAddress(address, { tls: options, onWarning: (message) => warnings.push(message) });
  await pipe.close();
  return warnings;
}

test('a certificate signed by the given CA is trusted, by address and by name', async () => {
  const address = await start();
  expect(await attempt(address, { ca })).toEqual([]);
  expect(await attempt(address.replace('127.0.0.1', 'localhost'), { ca })).toEqual([]);
});

test('the name is sent (SNI), an address is not', async () => {
  const names: unknown[] = [];
  const address = await start((peer) => names.push((peer as TLSSocket).servername));
  await attempt(address.replace('127.0.0.1', 'localhost'), { ca });
  await attempt(address, { ca });
  expect(names).toEqual(['localhost', false]);
});

test('an unknown signer is refused: with the fingerprint and what to do', async () => {
  const address = await start();
  const message = `the certificate of ${address.slice(4).replace('::', ':')} is not trusted (signed by an authority that is not known here); its fingerprint is sha256:${pin}: when it is the right one, pin it, or trust its signer with a CA file`;
  await expect(attempt(address, {})).rejects.toMatchObject({ name: 'ConnectionError', code: 'TLS_UNTRUSTED', message });
});

test('a self-signed certificate is refused, and trusted as its own CA', async () => {
  const address = await start(silent, otherCertificate);
  await expect(attempt(address, {})).rejects.toThrow('is not trusted (self-signed)');
  // Trusted now, and still not this machine's.
  await expect(attempt(address, { ca: otherCertificate.ca })).rejects.toMatchObject({
    code: 'TLS_UNTRUSTED',
    message: expect.stringContaining('(it is for DNS:other.example)'),
  });
});

test('a pin suffices, whoever signed, however it is written', async () => {
  const address = await start();
  expect(await attempt(address, { pin })).toEqual([]);
  expect(await attempt(address, { pin: `sha256:${pin.toUpperCase().replace(/..(?=.)/g, '$&:')}` })).toEqual([]);
  const other = new X509Certificate(otherCertificate.cert).fingerprint256;
  expect(await attempt(await start(silent, otherCertificate), { pin: other })).toEqual([]);
});

test('another pin is refused, even when the signer is trusted', async () => {
  const address = await start();
  const wrong = '0'.repeat(64);
  await expect(attempt(address, { pin: wrong, ca })).rejects.toMatchObject({
    code: 'TLS_UNTRUSTED',
    message: expect.stringContaining(`got sha256:${pin}, wanted sha256:${wrong}`),
  });
  await expect(attempt(address, { pin: wrong, insecure: true })).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
});

test('with a CA, the pinned certificate must be signed by it; under which name is said by the pin', async () => {
  const address = await start();
  expect(await attempt(address, { pin, ca })).toEqual([]);
  await expect(attempt(address, { pin, ca: otherCertificate.ca })).rejects.toMatchObject({
    code: 'TLS_UNTRUSTED',
    message: expect.stringContaining('is the pinned one, but not trusted (signed by an authority that is not known'),
  });
  const other = new X509Certificate(otherCertificate.cert).fingerprint256;
  expect(await attempt(await start(silent, otherCertificate), { pin: other, ca: otherCertificate.ca })).toEqual([]);
});

describe('client certificates', () => {
  const mine = { ca, cert: clientCertificate.cert, key: clientCertificate.key };
  const encrypted = createPrivateKey(mine.key)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hunter2' })
    .toString();

  async function startPicky(maxVersion: 'TLSv1.2' | 'TLSv1.3', serve: Serve = (peer) => peer.end('hello')) {
    const picky = { requestCert: true, rejectUnauthorized: true, ca: clientCertificate.ca, maxVersion };
    const server = await serveTls(serve, testCertificate, picky);
    servers.push(server);
    return server.address;
  }

  /** TLS 1.3 refuses only after the handshake. */
  async function firstBytes(address: string, options: TlsOptions): Promise<string> {
    const { pipe } = await openAddress(address, { tls: options });
    try {
      for await (const chunk of pipe.incoming) return Buffer.from(chunk).toString();
      return '';
    } finally {
      await pipe.close();
    }
  }

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    '%s: shown where one is wanted, told when it is missing',
    async (version) => {
      const address = await startPicky(version);
      expect(await firstBytes(address, mine)).toBe('hello');
      expect(await firstBytes(address, { ca, cert: mine.cert + mine.key })).toBe('hello');
      expect(await firstBytes(address, { ...mine, key: encrypted, passphrase: 'hunter2' })).toBe('hello');
      await expect(firstBytes(address, { ca })).rejects.toMatchObject({
        code: 'CONNECT_FAILED',
        phase: 'connect',
        message: expect.stringContaining('wants a client certificate'),
      });
    },
  );

  test('one that is not accepted, in front of a websocket too', async () => {
    const refuse: Serve = (peer) => peer.destroy();
    const url = (await startPicky('TLSv1.3', refuse)).replace('tls:', 'wss://').replace('::', ':');
    await expect(openAddress(url, { tls: { ca } })).rejects.toThrow(`${url}/ wants a client certificate: give one`);
  });

  test.each([
    [{ cert: mine.cert, key: otherCertificate.key }, 'this is not its private key'],
    [{ cert: mine.cert }, 'PEM is wanted'],
    [{ cert: 'x', key: 'y' }, 'PEM is wanted'],
    [{ cert: mine.cert, key: encrypted }, 'its private key is encrypted: the passphrase is missing'],
    [{ cert: mine.cert, key: encrypted, passphrase: 'no' }, 'the passphrase of its private key is wrong'],
    [{ key: mine.key }, 'a private key is of no use without its client certificate'],
  ])('what cannot be used is told before anything is dialled %#', async (options, message) => {
    await expect(attempt('tls:127.0.0.1:1', options)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringContaining(message),
    });
  });
});

test('insecure accepts anything, and says what that means', async () => {
  expect(await attempt(await start(), { insecure: true })).toEqual([expect.stringContaining('is not checked')]);
});

test('nothing is sent to a server that is not trusted', async () => {
  let got = 0;
  const address = await start((peer) => peer.on('data', (chunk: Buffer) => (got += chunk.length)));
  const url = address.replace('tls:', 'wss://').replace('::', ':');
  await expect(openAddress(url, { headers: { Cookie: 'secret' } })).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
  expect(got).toBe(0);
});

test('a server without TLS is recognised', async () => {
  const server = await serveTcp((peer) => peer.write('RFB 003.008\n'));
  servers.push(server);
  await expect(attempt(server.address.replace('vnc:', 'tls:'), { ca })).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringContaining('does not speak TLS'),
  });
});

test('a server that hangs up in the handshake', async () => {
  const server = await serveTcp((peer) => peer.destroy());
  servers.push(server);
  await expect(attempt(server.address.replace('vnc:', 'tls:'), { ca })).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringContaining('closed the connection in the TLS handshake'),
  });
});

test.each([{ pin: 'abc' }, { pin: `sha1:${'0'.repeat(64)}` }, { ca: 'not PEM' }])('%j is refused', async (options) => {
  await expect(attempt('tls:127.0.0.1:1', options)).rejects.toMatchObject({ name: 'UsageError', code: 'BAD_OPTION' });
});

test('the host and port grammar; tls:// counts ports', () => {
  expect(tls.describe('tls:host:1')).toBe('tls:host:5901');
  expect(tls.describe('tls:[::1]::443')).toBe('tls:[::1]:443');
  expect(tls.describe('tls://me@host:443')).toBe('tls:host:443');
  expect(() => tls.describe('tls:')).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
});
