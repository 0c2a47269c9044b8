import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { keyEvent } from '../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { scriptedPipe, scriptedServer } from '../support/scripted-server.ts';

test('plays its part over TCP, and tells how it went', async () => {
  await using server = await scriptedServer(async (peer) => {
    await peer.sendText('RFB 003.008\n');
    await peer.expectText('RFB 003.008\n');
    await peer.drip([1, 1], 1);
    expect(await peer.expect(1)).toEqual(Uint8Array.of(1));
  });
  expect(server.address).toBe(`127.0.0.1::${server.port}`);
  const socket = connect(server.port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk) => received.push(chunk));
  socket.write('RFB 003.008\n\x01');
  await once(socket, 'close');
  await server.done;
  expect(Buffer.concat(received).toString('latin1')).toBe('RFB 003.008\n\x01\x01');
  expect(server.connections).toBe(1);
});

test('a script that is disappointed says so', async () => {
  const { pipe, done } = scriptedPipe((peer) => peer.expectText('RFB'));
  await pipe.write(Buffer.from('SSH'));
  await expect(done).rejects.toThrow('the client sent "SSH", the script wants "RFB"');
});

test('handshake, messages, updates', async () => {
  const { pipe, done } = scriptedPipe(async (peer) => {
    await peer.handshake({ version: '3.3', width: 1, height: 1, name: 'x' });
    expect(await peer.expectMessage(keyEvent)).toEqual({ down: true, keysym: 0x61 });
    await peer.sendUpdate([{ x: 0, y: 0, width: 1, height: 1, type: 0, payload: Uint8Array.of(1, 2, 3, 4) }]);
    await peer.stall();
  });
  await pipe.write(Buffer.from('RFB 003.003\n\x01\x04\x01\0\0\0\0\0a', 'latin1'));
  const bytes: number[] = [];
  const expected = 12 + 4 + 25 + 4 + 12 + 4;
  for await (const chunk of pipe.incoming) {
    bytes.push(...chunk);
    if (bytes.length >= expected) break;
  }
  expect(bytes.slice(-20)).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]);
  await pipe.close();
  await done;
});
