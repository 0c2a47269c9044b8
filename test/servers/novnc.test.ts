import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { createServer, type RfbServer } from '../../src/testing.ts';
import { StreamPipe } from '../../src/transports/stream-pipe.ts';
import { openUrl } from '../browser/open-page.ts';
import { describeWith } from './rig/index.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const LOGIN = { username: 'me', password: 'geheim' };

/** noVNC's modules, and a websocket to whichever server is current. */
async function bridge() {
  let current: RfbServer | undefined;
  const http = createHttpServer(async (request, response) => {
    const file = path.join(ROOT, 'node_modules/@novnc/novnc', path.posix.normalize(request.url ?? '/'));
    const script = file.endsWith('.js');
    const body = script ? await readFile(file).catch(() => undefined) : '<!doctype html><title>noVNC</title>';
    response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': script ? 'text/javascript' : 'text/html' });
    response.end(body);
  });
  const sockets = new WebSocketServer({ server: http });
  sockets.on('connection', (socket) => {
    const stream = createWebSocketStream(socket);
    current?.accept(new StreamPipe({ name: 'noVNC', readable: stream, writable: stream }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    behind(server: RfbServer) {
      current = server;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

/** In the page: how the attempt ended, and whether there was a picture. */
const ATTEMPT = `async ({ url, credentials }) => {
  const { default: RFB } = await import('/core/rfb.js');
  const screen = document.createElement('div');
  document.body.append(screen);
  const rfb = new RFB(screen, url, { credentials });
  rfb.addEventListener('serververification', () => rfb.approveServer());
  const ended = await new Promise((resolve) => {
    rfb.addEventListener('connect', () => resolve('connected'));
    rfb.addEventListener('securityfailure', ({ detail }) => resolve(detail.reason ?? 'failed'));
    rfb.addEventListener('credentialsrequired', ({ detail }) => resolve('wants ' + detail.types.join(', ')));
    rfb.addEventListener('disconnect', () => resolve('disconnected'));
  });
  const { width, height } = screen.querySelector('canvas') ?? {};
  rfb.disconnect();
  screen.remove();
  return ended === 'connected' ? width + 'x' + height : ended;
}`;

describeWith(['chromium'], 'noVNC on our server', () => {
  test('every security type that it has: right and wrong credentials', async () => {
    const rsaKey = await readFile(path.join(ROOT, 'fixtures/tls/rsa-key.pem'), 'utf8');
    await using web = await bridge();
    await using browser = await openUrl(web.url);
    const attempt = async (security: string, credentials: object) => {
      await using server = createServer({ ...LOGIN, rsaKey, security: [security] });
      web.behind(server);
      const url = web.url.replace('http:', 'ws:');
      return await browser.page.evaluate(`(${ATTEMPT})(${JSON.stringify({ url, credentials })})`);
    };
    const right = { ...LOGIN, target: 'vm' };
    for (const [security, named] of [
      ['vncauth', false],
      ['vencrypt-plain', true],
      ['tight-vncauth', false],
      ['tight-unix', true],
      ['tight-none', false],
      ['ra2ne', true],
      ['apple-dh', true],
      ['mslogon2', true],
      ['xvp', false],
    ] as const) {
      expect(await attempt(security, right), security).toBe('720x400');
      if (security === 'tight-none') continue;
      const wrong = await attempt(security, { ...right, password: 'falsch' });
      expect(wrong, security).toBe(named ? 'the user name or the password is wrong' : 'the password is wrong');
    }
  });
});
