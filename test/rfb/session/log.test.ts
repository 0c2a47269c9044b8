import { expect, test } from 'vitest';
import { Keyboard } from '../../../src/automation/keyboard.ts';
import { framebufferUpdateRequest } from '../../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { setEncodings } from '../../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';
import { setPixelFormat } from '../../../src/rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import type { LogEvent } from '../../../src/rfb/session/log-event.ts';
import { Session } from '../../../src/rfb/session/session.ts';
import { pipePair } from '../../../src/server/pipe-pair.ts';
import { createServer } from '../../../src/server/server.ts';
import { scriptedPipe } from '../../support/scripted-server.ts';

test('everything on the wire is logged once, in order', async () => {
  const log: LogEvent[] = [];
  const { pipe, done } = scriptedPipe(async (peer) => {
    await peer.handshake({ width: 2, height: 1, name: 'logged' });
    await peer.expectMessage(setPixelFormat);
    await peer.expectMessage(setEncodings);
    await peer.expectMessage(framebufferUpdateRequest);
    await peer.send([2]);
    await peer.sendUpdate([
      { x: 0, y: 0, width: 1, height: 1, type: 0, payload: new Uint8Array(4) },
      { x: 1, y: 0, width: 1, height: 1, type: 0, payload: new Uint8Array(4) },
      { x: 0, y: 0, width: 0, height: 0, type: -224 },
    ]);
  });
  const session = await Session.open(pipe, { encodings: ['raw'], onLog: (event) => log.push(event) });
  await session.requestUpdate({ x: 0, y: 0, width: 2, height: 1 }, false);
  await session.nextUpdate();
  await done;
  await session.close();
  expect(log.map(({ type }) => type)).toEqual([
    'version',
    'securityOffered',
    'securityChosen',
    'authenticated',
    'serverInit',
    'pixelFormat',
    'encodings',
    'request',
    'received',
    'extension',
    'update',
    'closed',
  ]);
  expect(log).toContainEqual({ type: 'version', announced: '3.8', used: '3.8' });
  expect(log).toContainEqual({ type: 'securityOffered', offered: [1] });
  expect(log).toContainEqual({ type: 'received', message: 'Bell', length: 1 });
  expect(log).toContainEqual({ type: 'update', rects: { raw: 2 }, pixels: 2, length: 4 + 3 * 12 + 8 });
  expect(log).toContainEqual({ type: 'extension', name: 'last-rect' });
});

test('no key, no text and no password is logged', async () => {
  const log: LogEvent[] = [];
  const [pipe, far] = pipePair({});
  createServer({ password: 'pa55word' }).accept(far);
  const session = await Session.open(pipe, {
    credentials: { password: 'pa55word' },
    onLog: (event) => log.push(event),
  });
  await new Keyboard(session).type('€Ł', { rate: 500 });
  await session.sendCutText(Buffer.from('clipboard secret'));
  await session.close();
  const text = JSON.stringify(log);
  expect(log.filter((event) => event.type === 'sent' && event.message === 'KeyEvent')).toHaveLength(4);
  expect(text).not.toMatch(/pa55word|keysym|clipboard secret|€|Ł|16785580|20ac|16777537/i);
});
