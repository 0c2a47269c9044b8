import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openAddress } from '../../src/transports/index.ts';
import { unixSocket } from '../../src/transports/unix-socket.ts';
import { serveUnix } from '../support/pipe-servers.ts';

test('by address, by path, and with the slashes of a URL', async () => {
  const server = await serveUnix((peer) => peer.end('hello'));
  const file = server.address.slice('unix:'.length);
  for (const text of [server.address, file, `unix://${file}`]) {
    const { pipe } = await openAddress(text);
    expect(pipe.name).toBe(`unix:${file}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of pipe.incoming) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('hello');
    await pipe.close();
  }
  await server.close();
});

test('what is missing, dead or no socket is told apart', async () => {
  const file = path.join(tmpdir(), `rfbctl-${randomUUID()}`);
  await expect(openAddress(`unix:${file}`)).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: `there is no socket ${file} (ENOENT): is the machine running?`,
    cause: { code: 'ENOENT' },
  });
  writeFileSync(file, '');
  await expect(openAddress(`unix:${file}`)).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  await expect(openAddress(file)).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
  rmSync(file);
});

test('a path that no socket can have', () => {
  expect(() => unixSocket.describe('unix:')).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
  expect(() => unixSocket.describe(`unix:/${'x'.repeat(200)}`)).toThrow(
    /the path has 201 bytes, a socket's at most 10/,
  );
});
