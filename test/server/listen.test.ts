import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { listen, serve } from '../../src/server/listen.ts';
import { createServer } from '../../src/server/server.ts';

test('serves over TCP, says where, and hangs up when it closes', async () => {
  const listening = await serve({ scene: 'login' });
  expect(listening.address).toBe(`vnc://127.0.0.1:${listening.port}`);
  const socket = connect(listening.port, '127.0.0.1');
  const [greeting] = await once(socket, 'data');
  expect(String(greeting)).toBe('RFB 003.008\n');
  const closed = once(socket, 'close');
  await listening.close();
  await closed;
  await listening.close();
});

test('a viewer that disappears is no crash', async () => {
  const errors: unknown[] = [];
  const listening = await listen(createServer({ onError: (error) => errors.push(error) }));
  const socket = connect(listening.port, '127.0.0.1');
  await once(socket, 'data');
  socket.resetAndDestroy();
  while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(errors).toMatchObject([{ code: 'CONNECTION_LOST' }]);
  expect(listening.server.viewers).toBe(0);
  await listening.close();
});

test('a port in use is a connection error', async () => {
  const listening = await serve();
  await expect(serve({ port: listening.port })).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringContaining(`cannot listen on 127.0.0.1:${listening.port}`),
  });
  await listening.close();
});

test('an aborted attempt listens on nothing', async () => {
  const reason = new Error('enough');
  await expect(serve({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const abort = new AbortController();
  const attempt = serve({ host: 'localhost', signal: abort.signal });
  abort.abort(reason);
  await expect(attempt).rejects.toBe(reason);
});

test('await using closes it', async () => {
  let port: number;
  {
    await using listening = await serve();
    port = listening.port;
  }
  await using again = await serve({ port });
  expect(again.port).toBe(port);
});
