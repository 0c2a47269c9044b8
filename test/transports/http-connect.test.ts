import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { openAddress } from '../../src/transports/index.ts';
import type { OpenOptions } from '../../src/transports/transport.ts';
import { type PipeServer, serveTcp, serveTls, testCertificate } from '../support/pipe-servers.ts';

const servers: PipeServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** A proxy by hand: what it was asked, and what it answers to the request. */
async function proxy(answer: (peer: Duplex) => unknown, secure = false) {
  const requests: string[] = [];
  const serve = (peer: Duplex) => {
    let got = '';
    peer.on('data', (chunk: Buffer) => {
      const complete = got.includes('\r\n\r\n');
      got += chunk.toString('latin1');
      if (complete || !got.includes('\r\n\r\n')) return;
      requests.push(got);
      answer(peer);
    });
  };
  const server = await (secure ? serveTls(serve) : serveTcp(serve));
  servers.push(server);
  const port = server.address.split(':').at(-1);
  return { requests, port, at: (target: string) => `http${secure ? 's' : ''}-connect://127.0.0.1:${port}/${target}` };
}

async function readAll(address: string, options?: OpenOptions): Promise<string> {
  const { pipe } = await openAddress(address, options);
  let text = '';
  for await (const chunk of pipe.incoming) text += Buffer.from(chunk).toString('latin1');
  await pipe.close();
  return text;
}

const OK = 'HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nCache-Control: no-cache, no-store\r\n\r\n';
const RFB = 'RFB 003.003\n';

test('host and port behind a proxy; the headers of the caller', async () => {
  const { requests, at } = await proxy((peer) => peer.end(OK + RFB));
  const headers = { 'Proxy-Authorization': 'Basic eDp5' };
  expect(await readAll(at('console.example:5901'), { headers })).toBe(RFB);
  expect(requests).toEqual([
    'CONNECT console.example:5901 HTTP/1.0\r\nHost: console.example:5901\r\nProxy-Authorization: Basic eDp5\r\n\r\n',
  ]);
});

test('a path, through TLS', async () => {
  const { requests, port, at } = await proxy((peer) => peer.end(OK + RFB), true);
  expect(await readAll(at('console?uuid=1:2'), { tls: { ca: testCertificate.ca } })).toBe(RFB);
  expect(requests).toEqual([`CONNECT /console?uuid=1:2 HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\n\r\n`]);
});

test('nothing is sent to a server that is not trusted', async () => {
  const { requests, at } = await proxy((peer) => peer.end(OK), true);
  await expect(readAll(at('console'))).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
  expect(requests).toEqual([]);
});

test('the answer may be split anywhere, and the greeting may come with it', async () => {
  const whole = OK + RFB;
  let at = 0;
  const server = await proxy(async (peer) => {
    const cut = at;
    peer.write(whole.slice(0, cut));
    await sleep(2);
    peer.end(whole.slice(cut));
  });
  for (at = 0; at <= whole.length; at++) expect(await readAll(server.at('h:1')), `cut at ${at}`).toBe(RFB);
  const byByte = await proxy(async (peer) => {
    for (const byte of whole) {
      peer.write(byte);
      await sleep(1);
    }
    peer.end();
  });
  expect(await readAll(byByte.at('h:1'))).toBe(RFB);
});

test('what is sent arrives behind the request', async () => {
  const server = await proxy((peer) => {
    peer.write('HTTP/1.0 204 fine\r\n\r\n');
    peer.on('data', (chunk) => peer.write(chunk));
  });
  const { pipe } = await openAddress(server.at('h:1'));
  await pipe.write(Buffer.from('hello'));
  for await (const chunk of pipe.incoming) {
    expect(Buffer.from(chunk).toString()).toBe('hello');
    break;
  }
  await pipe.close();
});

test.each([
  [
    'HTTP/1.0 407 Who are you?\r\n\r\n',
    'answered CONNECT with 407 Who are you?: it wants a login, as a header: Proxy-',
  ],
  ['HTTP/1.1 403 No\r\n\r\n', 'answered CONNECT with 403 No: it does not lead to this host and port'],
  ['HTTP/1.1 405\r\n\r\n<html>', 'answered CONNECT with 405: it does not know CONNECT'],
  ['HTTP/1.1 502 Bad Gateway\r\ncontent-length: 99\r\n\r\nhalf', '502 Bad Gateway: it cannot reach the console'],
  ['HTTP/1.1 504 \x1b[2Jx\r\n\r\n', 'answered CONNECT with 504 [2Jx: it cannot reach the console'],
  ['', 'did not answer CONNECT: it closed the connection after 0 bytes'],
  ['HTTP/1.1 200 OK\r\nConn', 'did not answer CONNECT: it closed the connection after 21 bytes'],
  ['RFB 003.008\n', 'answered CONNECT with "RFB 003.008\\n", wanted HTTP: it is a VNC server itself: use vnc://'],
  ['HTTP/2 200\r\n\r\n', 'wanted HTTP: is this an HTTP proxy?'],
])('%j is no tunnel', async (answer, message) => {
  const { at } = await proxy((peer) => peer.end(answer));
  await expect(readAll(at('host:5900'))).rejects.toMatchObject({
    name: 'ConnectionError',
    code: 'CONNECT_FAILED',
    phase: 'connect',
    message: expect.stringContaining(message),
  });
});

test('a refusal whose page never ends is told soon', async () => {
  const { at } = await proxy((peer) => peer.write('HTTP/1.1 503 Full\r\n\r\n<html>'));
  await expect(readAll(at('host:5900'))).rejects.toThrow('503 Full: it has too many connections');
});

test('a header without end is cut', async () => {
  const { at } = await proxy((peer) => peer.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`));
  await expect(readAll(at('host:5900'))).rejects.toMatchObject({ name: 'ProtocolError', code: 'BAD_LENGTH' });
});

test('more than 1 KiB of request is refused before it is sent', async () => {
  const { requests, at } = await proxy((peer) => peer.end(OK));
  const headers = { Cookie: 'x'.repeat(1000) };
  await expect(readAll(at('console'), { headers })).rejects.toMatchObject({
    name: 'UsageError',
    message: expect.stringContaining('wanted at most 1024'),
  });
  await expect(readAll(at('console'), { headers: { Cookie: 'a\r\nB: c' } })).rejects.toThrow('cannot be sent');
  expect(requests).toEqual([]);
});
