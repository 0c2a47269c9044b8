import dns from 'node:dns';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { HttpApi, jsonOf } from '../../src/transports/http-api.ts';
import type { OpenOptions } from '../../src/transports/transport.ts';
import { serveTcp, testCertificate } from '../support/pipe-servers.ts';

const servers: { close(): unknown }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) await server.close();
});

async function started(answer: RequestListener, secure: boolean): Promise<AddressInfo> {
  const server = secure ? createHttps(testCertificate, answer) : createHttp(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address() as AddressInfo;
}

async function start(answer: RequestListener, options: OpenOptions = {}, secure = false): Promise<HttpApi> {
  const { port } = await started(answer, secure);
  return new HttpApi({ host: '127.0.0.1', port, secure }, options);
}

test('an answer: status, reason, headers, body; a redirect is one too', async () => {
  const api = await start((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      response.writeHead(302, 'over there', { location: '/elsewhere' });
      response.end(JSON.stringify([request.method, request.url, request.headers.host, request.headers.token, body]));
    });
  });
  const answer = await api.request({ method: 'POST', path: '/a?b=%2F', headers: { token: 't' }, body: 'é' });
  expect(answer).toMatchObject({ status: 302, reason: 'over there' });
  expect(answer.headers.location).toBe('/elsewhere');
  expect(jsonOf(answer, api.name)).toEqual(['POST', '/a?b=%2F', api.name, 't', 'é']);
});

test('nothing is sent to a server that is not trusted', async () => {
  let requests = 0;
  const listener: RequestListener = (_request, response) => {
    requests++;
    response.end('{}');
  };
  const stranger = await start(listener, {}, true);
  await expect(stranger.request({ method: 'GET', path: '/' })).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
  expect(requests).toBe(0);
  const known = await start(listener, { tls: { ca: testCertificate.ca } }, true);
  expect(await known.request({ method: 'GET', path: '/' })).toMatchObject({ status: 200, body: '{}' });
});

test('of a name with several servers, it stays with the first that it reached; it warns once', async () => {
  const { port } = await started((_request, response) => response.end('here'), true);
  const looked: string[] = [];
  vi.spyOn(dns, 'lookup').mockImplementation(((name: string, _options: unknown, done: (...args: unknown[]) => void) => {
    looked.push(name);
    done(null, [{ address: looked.length === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]);
  }) as never);
  const warnings: string[] = [];
  const options = { tls: { insecure: true }, onWarning: (message: string) => warnings.push(message) };
  const api = new HttpApi({ host: 'several.example', port, secure: true }, options);
  for (let i = 0; i < 3; i++) expect(await api.request({ method: 'GET', path: '/' })).toMatchObject({ body: 'here' });
  expect(looked).toEqual(['several.example']);
  expect(warnings).toHaveLength(1);
});

test('a signal ends it with its reason, whatever it waits for', async () => {
  const abort = new AbortController();
  const api = await start((_request, response) => response.write('['), { signal: abort.signal });
  const answer = api.request({ method: 'GET', path: '/' });
  setTimeout(() => abort.abort(new Error('enough')), 50);
  await expect(answer).rejects.toThrow('enough');
});

test.each([
  ['no HTTP', (peer: PipePeer) => peer.end('RFB 003.008\n'), /did not answer GET as an HTTP server does/],
  ['no answer', (peer: PipePeer) => peer.end(), /did not answer GET as an HTTP server does/],
  [
    'half a body',
    (peer: PipePeer) => peer.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc'),
    /did not answer GET as an HTTP server does/,
  ],
])('%s', async (_what, answer, message) => {
  const server = await serveTcp(answer);
  servers.push(server);
  const [, port = ''] = /(\d+)$/.exec(server.address) ?? [];
  const api = new HttpApi({ host: '127.0.0.1', port: Number(port), secure: false }, {});
  await expect(api.request({ method: 'GET', path: '/' })).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringMatching(message),
  });
});

test('an endless body is cut', async () => {
  const api = await start((_request, response) => {
    const piece = Buffer.alloc(1 << 20);
    const more = () => response.write(piece) && setImmediate(more);
    response.on('drain', more).on('error', () => {});
    more();
  });
  await expect(api.request({ method: 'GET', path: '/' })).rejects.toMatchObject({ code: 'BAD_LENGTH' });
});

test('a page instead of JSON', () => {
  const page = { status: 200, reason: 'OK', headers: {}, body: '<html>' };
  expect(() => jsonOf(page, 'host:1')).toThrow('host:1 answered 200 OK with something that is no JSON');
});

type PipePeer = Parameters<Parameters<typeof serveTcp>[0]>[0];
