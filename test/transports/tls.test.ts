import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import { openAddress } from '../../src/transports/index.ts';
import { tls } from '../../src/transports/tls.ts';
import type { TlsOptions } from '../../src/transports/transport.ts';
import {
  otherCertificate,
  type PipeServer,
  type Serve,
  serveTcp,
  serveTls,
  silent,
  testCertificate,
} from '../support/pipe-servers.ts';

const { ca } = testCertificate;
const pin = new X509Certificate(testCertificate.cert).fingerprint256.replaceAll(':', '').toLowerCase();

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
