import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { expect, test } from 'vitest';
import { selfSigned } from '../../src/emulators/self-signed.ts';

test('Node trusts it, for its names and no other', async () => {
  const { cert, key } = selfSigned(['localhost', 'pve.example', '127.0.0.1']);
  const server = createServer({ cert, key }, (socket) => socket.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const verdict = (servername: string, ca: string | undefined) =>
    new Promise<string>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', servername, ca, rejectUnauthorized: true });
      socket.once('secureConnect', () => resolve('trusted')).once('error', ({ message }) => resolve(message));
      socket.once('close', () => socket.destroy());
    });
  expect(await verdict('localhost', cert)).toBe('trusted');
  expect(await verdict('pve.example', cert)).toBe('trusted');
  expect(await verdict('other.example', cert)).toMatch(/does not match/);
  expect(await verdict('localhost', undefined)).toMatch(/self-signed/);
  server.close();
});

test('each is another, valid today', () => {
  const [one, two] = [selfSigned(['localhost']), selfSigned(['localhost'])].map(
    ({ cert }) => new X509Certificate(cert),
  );
  expect(one?.fingerprint256).not.toBe(two?.fingerprint256);
  expect(Date.parse(one?.validFrom ?? '')).toBeLessThan(Date.now());
  expect(Date.parse(one?.validTo ?? '')).toBeGreaterThan(Date.now());
  expect(one?.checkHost('localhost')).toBe('localhost');
});
