import { lookup } from 'node:dns/promises';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { openAddress } from '../../src/transports/index.ts';
import { tcp } from '../../src/transports/tcp.ts';
import { freePort, type PipeServer, serveTcp, silent } from '../support/pipe-servers.ts';

const servers: PipeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

test('a username in the address is handed on', async () => {
  const server = await serveTcp(silent);
  servers.push(server);
  const { pipe, credentials } = await openAddress(server.address.replace('//', '//me@'));
  expect(credentials).toEqual({ username: 'me' });
  expect(pipe.name).toBe(server.address.slice('vnc://'.length));
  await pipe.close();
});

test('localhost finds a server on each of its addresses', async () => {
  for (const { address: host } of await lookup('localhost', { all: true })) {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { pipe } = await openAddress(`localhost::${(server.address() as AddressInfo).port}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of pipe.incoming) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('hello');
    await pipe.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

test('a reset is CONNECTION_LOST, with its cause', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { pipe } = await openAddress(`127.0.0.1::${(server.address() as AddressInfo).port}`);
  await pipe.write(Uint8Array.of(1));
  const reading = (async () => {
    for await (const _ of pipe.incoming);
  })();
  await expect(reading).rejects.toMatchObject({ code: 'CONNECTION_LOST', cause: { code: 'ECONNRESET' } });
  await pipe.close();
  await new Promise((resolve) => server.close(resolve));
});

test('the failure says where, what and why; both addresses of a host count as one', async () => {
  const port = await freePort();
  await expect(openAddress(`127.0.0.1::${port}`)).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: `nothing listens on 127.0.0.1:${port} (refused): is it started, and is this where it listens?`,
    cause: { code: 'ECONNREFUSED' },
  });
  await expect(openAddress(`localhost::${port}`)).rejects.toThrow(`nothing listens on localhost:${port}`);
});

test('a display number in a vnc:// address is pointed out', async () => {
  await expect(openAddress('vnc://127.0.0.1:1')).rejects.toThrow('port 1 was dialled: display 1 is 127.0.0.1:5901');
});

test('describe shows host and port only', () => {
  expect(tcp.describe('vnc://me@host')).toBe('host:5900');
  expect(tcp.describe('vnc://[::1]:7')).toBe('[::1]::7');
});
