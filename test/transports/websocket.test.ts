import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { openAddress } from '../../src/transports/index.ts';
import { websocket } from '../../src/transports/websocket.ts';
import { serveTcp } from '../support/pipe-servers.ts';
import {
  frame,
  headers,
  OPCODE,
  type RawWebSocketOptions,
  type RawWebSocketServer,
  rawWebSocketServer,
  switching,
} from '../support/raw-websocket.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(options?: RawWebSocketOptions): Promise<RawWebSocketServer> {
  const server = await rawWebSocketServer(options);
  cleanups.push(server.close);
  return server;
}

async function open(url: string, options = {}) {
  const { pipe } = await openAddress(url, options);
  cleanups.push(() => pipe.close());
  return pipe;
}

async function readAll(url: string): Promise<string> {
  const pipe = await open(url);
  let text = '';
  for await (const chunk of pipe.incoming) text += Buffer.from(chunk).toString();
  return text;
}

describe('on the wire', () => {
  test('one sub-protocol, no extensions, no origin', async () => {
    const server = await start();
    const pipe = await open(`${server.url}websockify?token=a%2Fb+c`);
    await pipe.close();
    const lines = server.requests[0] ?? [];
    expect(lines[0]).toBe('GET /websockify?token=a%2Fb+c HTTP/1.1');
    expect(headers(lines, 'Sec-WebSocket-Protocol')).toEqual(['binary']);
    expect(headers(lines, 'Sec-WebSocket-Extensions')).toEqual([]);
    expect(headers(lines, 'Origin')).toEqual([]);
    expect(headers(lines, 'Sec-WebSocket-Version')).toEqual(['13']);
    expect(headers(lines, 'Host')).toEqual([`127.0.0.1:${server.port}`]);
  });

  test('headers and sub-protocol of the caller', async () => {
    const server = await start({ answer: switching(['Sec-WebSocket-Protocol: plain.kubevirt.io']) });
    const options = { headers: { Cookie: 'a=b', Origin: 'https://x' }, subprotocol: 'plain.kubevirt.io' };
    await (await open(server.url, options)).close();
    const lines = server.requests[0] ?? [];
    expect(headers(lines, 'Cookie')).toEqual(['a=b']);
    expect(headers(lines, 'Origin')).toEqual(['https://x']);
    expect(headers(lines, 'Sec-WebSocket-Protocol')).toEqual(['plain.kubevirt.io']);
  });

  test('every frame is final, binary, masked and at most 32 KiB; together they are what was written', async () => {
    const server = await start();
    const pipe = await open(server.url);
    const writes = [1, 32768, 32769, 100_000, 65536].map((length, i) => Buffer.alloc(length, i + 1));
    for (const bytes of writes) await pipe.write(bytes);
    await pipe.close();
    const data = server.frames.filter(({ opcode }) => opcode !== OPCODE.close);
    for (const { fin, opcode, masked, payload } of data) {
      expect({ fin, opcode, masked }).toEqual({ fin: true, opcode: OPCODE.binary, masked: true });
      expect(payload.length).toBeLessThanOrEqual(32768);
    }
    expect(data.map(({ payload }) => payload.length)).toEqual([
      1, 32768, 32768, 1, 32768, 32768, 32768, 1696, 32768, 32768,
    ]);
    expect(Buffer.concat(data.map(({ payload }) => payload)).equals(Buffer.concat(writes))).toBe(true);
  });

  test('pings are answered', async () => {
    const pong = new Promise<string>((resolve) => {
      void start({
        after: frame(OPCODE.ping, 'are you there'),
        onFrame: ({ opcode, payload }) => {
          if (opcode === OPCODE.pong) resolve(payload.toString());
        },
      }).then(({ url }) => open(url));
    });
    expect(await pong).toBe('are you there');
  });
});

describe('a token', () => {
  const request = async (path: string, options: object) => {
    const server = await start();
    await (await open(`${server.url}${path}`, options)).close();
    return server.requests[0] ?? [];
  };

  test.each(['p?token={token}&x=1', 'p?token=%7Btoken%7D&x=1'])(
    'goes where %s has its place, escaped',
    async (path) => {
      const lines = await request(path, { token: 'a+b/c&d' });
      expect(lines[0]).toBe('GET /p?token=a%2Bb%2Fc%26d&x=1 HTTP/1.1');
      expect(headers(lines, 'Authorization')).toEqual([]);
    },
  );

  test('in a path, and in the path of a noVNC page', async () => {
    expect((await request('ticket/{token}', { token: 't/1' }))[0]).toBe('GET /ticket/t%2F1 HTTP/1.1');
    const server = await start();
    const page = `http://127.0.0.1:${server.port}/vnc.html?path=p%3Ftoken%3D{token}`;
    await (await open(page, { token: 'a b' })).close();
    expect(server.requests[0]?.[0]).toBe('GET /p?token=a%20b HTTP/1.1');
  });

  test('is a bearer token where there is no such place', async () => {
    const lines = await request('p', { token: 'hunter2', headers: { Cookie: 'a=b' } });
    expect(headers(lines, 'Authorization')).toEqual(['Bearer hunter2']);
    expect(headers(lines, 'Cookie')).toEqual(['a=b']);
  });

  test('that is missing, or is one too many', async () => {
    const { url } = await start();
    await expect(open(`${url}?token={token}`)).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
    const both = { token: 'hunter2', headers: { authorization: 'Basic hunter2' } };
    await expect(open(url, both)).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.not.stringContaining('hunter2'),
    });
  });
});

describe('what servers answer', () => {
  test('no sub-protocol in the answer is fine', async () => {
    const server = await start({ answer: switching([]), after: frame(OPCODE.binary, 'RFB 003.008\n') });
    const pipe = await open(server.url);
    const { value } = await pipe.incoming[Symbol.asyncIterator]().next();
    expect(Buffer.from(value).toString()).toBe('RFB 003.008\n');
  });

  test('bytes that come with the answer, and fragments, are one stream', async () => {
    const after = Buffer.concat([
      frame(OPCODE.binary, 'RFB '),
      frame(OPCODE.binary, '003.', false),
      frame(OPCODE.ping, ''),
      frame(OPCODE.continuation, '008\n'),
      frame(OPCODE.binary, ''),
      frame(OPCODE.binary, 'x'.repeat(70_000)),
      frame(OPCODE.close, Buffer.of(0x03, 0xe8)),
    ]);
    const { url } = await start({ after });
    expect(await readAll(url)).toBe(`RFB 003.008\n${'x'.repeat(70_000)}`);
  });

  test('another sub-protocol than asked for', async () => {
    const { url } = await start({ answer: switching(['Sec-WebSocket-Protocol: base64']) });
    await expect(open(url)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('it wants another sub-protocol than binary'),
    });
  });

  test('text messages are refused, after the bytes before them', async () => {
    const { url } = await start({
      after: Buffer.concat([frame(OPCODE.binary, 'x'), frame(OPCODE.text, '{}'), frame(OPCODE.binary, 'y')]),
    });
    let text = '';
    const reading = (async () => {
      for await (const chunk of (await open(url)).incoming) text += Buffer.from(chunk).toString();
    })();
    const message = expect.stringContaining('sent a text message');
    await expect(reading).rejects.toMatchObject({ name: 'ProtocolError', message });
    expect(text).toBe('x');
  });

  test('a message without bounds is refused', async () => {
    const head = Buffer.alloc(10);
    head.set([0x82, 127]);
    head.writeBigUInt64BE(1n << 30n, 2);
    const { url } = await start({ after: head });
    await expect(readAll(url)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test.each([
    [1000, 'bye', undefined],
    [1001, '', undefined],
    [1011, 'Failed to connect to\ndownstream server', 'with code 1011: Failed to connect to downstream server'],
    [1008, '', 'with code 1008'],
  ])('close code %i %s', async (code, reason, message) => {
    const payload = Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]);
    const { url } = await start({ after: frame(OPCODE.close, payload) });
    if (message === undefined) expect(await readAll(url)).toBe('');
    else
      await expect(readAll(url)).rejects.toMatchObject({
        code: 'CONNECTION_LOST',
        message: expect.stringContaining(message),
      });
  });

  test.each([
    ['401 Unauthorized', 'its token, cookie or login is wrong'],
    ['403 Forbidden', 'its token, cookie or login is wrong'],
    ['404 Not Found', 'check the path; QEMU has its websocket at /'],
    ['200 OK', 'this is a web page'],
    ['301 Moved Permanently', 'it moved to https://other/websockify'],
    ['502 Bad Gateway', 'the proxy cannot reach the console'],
    ['400 Invalid protocol selected', 'is the sub-protocol right'],
    ['426 Upgrade Required', 'check path, port and headers'],
  ])('%s is told, with what to do', async (status, remedy) => {
    const answer = () => [
      `HTTP/1.1 ${status}`,
      'Location: https://me:hunter2@other/websockify?token=hunter2',
      'Content-Length: 2',
    ];
    const { url } = await start({ answer, after: Buffer.from('no') });
    const error: Error = await open(`${url}?token=hunter2`).then(
      () => new Error('opened'),
      (caught) => caught,
    );
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'CONNECT_FAILED', phase: 'connect' });
    expect(error.message).toContain(`answered ${status} instead of opening a websocket: ${remedy}`);
    expect(error.message).not.toContain('hunter2');
  });

  test('a VNC server is no websocket', async () => {
    const server = await serveTcp((peer) => peer.write('RFB 003.008\n'));
    cleanups.push(server.close);
    await expect(open(server.address.replace('vnc:', 'ws:'))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('is this a websocket?'),
    });
  });

  test('a server that hangs up', async () => {
    const server = await serveTcp((peer) => {
      void once(peer, 'data').then(() => peer.destroy());
    });
    cleanups.push(server.close);
    await expect(open(server.address.replace('vnc:', 'ws:'))).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining('it hung up without an answer, as websockify does for an unknown token'),
    });
  });
});

describe('addresses', () => {
  test.each([
    ['ws://host', 'ws://host/'],
    ['wss://host:8006/api2/json/vncwebsocket?port=5900&vncticket=x', 'wss://host:8006/api2/json/vncwebsocket?…'],
    ['wss://me:hunter2@host/a', 'wss://host/a'],
    ['wss://host/ticket/52c0ffee52c0ffee', 'wss://host/ticket/…'],
    ['https://host/vnc.html?path=p%3Ftoken%3Dhunter2&password=hunter2', 'wss://host/p?…'],
  ])('%s is shown as %s', (address, shown) => {
    expect(websocket.describe(address)).toBe(shown);
  });

  test.each(['ws:host', 'ws://', 'wss://host:99999/', 'wss://host:0/', 'ws://host/#x', 'https://', 'ws://a b/'])(
    '%s is refused',
    (address) => {
      expect(() => websocket.describe(address)).toThrow(
        expect.objectContaining({ name: 'UsageError', code: 'BAD_ADDRESS' }),
      );
    },
  );

  test('headers that cannot be sent are refused without being repeated', async () => {
    const { url } = await start();
    const error: Error = await open(url, { headers: { Cookie: 'hunter2\r\nX: y' } }).then(
      () => new Error('opened'),
      (e) => e,
    );
    expect(error).toMatchObject({ name: 'UsageError', code: 'BAD_OPTION' });
    expect(error.message).not.toContain('hunter2');
  });

  test('the password of a noVNC page is handed on', async () => {
    const server = await start();
    const warnings: string[] = [];
    const page = `http://127.0.0.1:${server.port}/vnc.html?autoconnect=1&path=p%3Ftoken%3Dt#password=pw`;
    const { pipe, credentials } = await openAddress(page, { onWarning: (message) => warnings.push(message) });
    await pipe.close();
    expect(credentials).toEqual({ password: 'pw' });
    expect(warnings).toHaveLength(1);
    expect(server.requests[0]?.[0]).toBe('GET /p?token=t HTTP/1.1');
  });
});
