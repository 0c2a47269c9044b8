import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { xapi } from '../../src/emulators/xapi/index.ts';
import { vncterm } from '../../src/emulators/xapi/vncterm.ts';
import { connect as open } from '../../src/index.ts';
import { serve } from '../../src/server/listen.ts';
import { listMachines } from '../../src/transports/index.ts';
import { echo, serveTcp } from '../support/pipe-servers.ts';
import { PASSWORD, type RunningPool, rfbAt, startPool } from '../support/xapi-pool.ts';

/** What clients do that were written after a look at one host: each must fail here, as it does there. */
const rfb = await serve();
const old = await serve({ version: '3.3' });
const mirror = await serveTcp(echo);

let xen: RunningPool;
let session: string;
const consoles = new Map<string, string>();
beforeAll(async () => {
  xen = await startPool({
    hosts: [{}, {}, { delivery: 'with the greeting' }],
    vms: [
      { name: 'web', consoles: [rfbAt(rfb.port)] },
      { name: 'echo', consoles: [rfbAt(Number(mirror.address.split(':').at(-1)))] },
      { name: 'pv', consoles: [{ protocol: 'rfb', connect: vncterm(rfbAt(old.port).connect) }] },
      { name: 'elsewhere', host: 2, consoles: [rfbAt(rfb.port)] },
      { name: 'dying', consoles: [{ protocol: 'rfb', connect: () => Promise.reject(new Error('gone')) }] },
    ],
  });
  session = xen.pool.logIn('root', PASSWORD);
  for (const { uuid, vm } of xen.pool.consoles) consoles.set(vm.name, `/console?uuid=${uuid}`);
});
afterAll(async () => {
  await xen[Symbol.asyncDispose]();
  await Promise.all([rfb.close(), old.close(), mirror.close()]);
});

async function dial(host = 0): Promise<TLSSocket> {
  const { address, port } = xen.hosts[host] ?? {};
  const socket = connect({ host: address, port: port ?? 0, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

/** All that comes until the host closes, or until `enough`. */
async function say(text: string | Buffer, host = 0, enough = (_got: string) => false): Promise<string> {
  const socket = await dial(host);
  socket.write(text);
  let got = '';
  for await (const chunk of socket) {
    got += (chunk as Buffer).toString('latin1');
    if (enough(got)) break;
  }
  return got;
}

const request = (path: string, ...headers: string[]) =>
  `${[`CONNECT ${path} HTTP/1.0`, 'Host: x', `Cookie: session_id=${session}`, ...headers].join('\r\n')}\r\n\r\n`;
const rpc = (method: string, params: readonly string[]) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method, params });
  return `POST /jsonrpc HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};
const pathOf = (name: string) => consoles.get(name) ?? '';
const hasGreeting = (got: string) => got.includes('RFB 003.00');

test('as rfbctl serve starts it: what it prints leads in', async () => {
  await using emulation = await xapi.start({});
  const { address, variables, consoles, options } = emulation;
  const dialling = { variables, tls: { pin: options[1] } };
  const machines = await listMachines(address, dialling);
  expect(machines.map(({ name }) => name)).toEqual(expect.arrayContaining(['web-1', 'spare-1']));
  for (const target of consoles) {
    await using console = await open(target, dialling);
    await console.screen.waitForText(/./);
  }
  expect(consoles).toHaveLength(machines.length - 1);
});

describe('CONNECT', () => {
  test('the answer is HTTP/1.1, whatever was asked in', async () => {
    const got = await say(request(pathOf('web')), 0, hasGreeting);
    expect(got).toMatch(
      /^HTTP\/1\.1 200 OK\r\nConnection: keep-alive\r\nCache-Control: no-cache, no-store\r\n\r\nRFB 003/,
    );
  });

  test('the greeting comes in the same record: who drops what stands behind the header waits for ever', async () => {
    const socket = await dial(2);
    socket.write(request(pathOf('elsewhere')));
    const [first] = await once(socket, 'data');
    expect(String(first)).toMatch(/\r\n\r\nRFB 003\.008\n$/);
    socket.destroy();
  });

  test('without session, or with a wrong one: 401 and a page, which is no RFB', async () => {
    for (const cookie of ['', 'Cookie: session_id=OpaqueRef:0', `Cookie: session=${session}`]) {
      const got = await say(`CONNECT ${pathOf('web')} HTTP/1.0\r\nHost: x\r\n${cookie && `${cookie}\r\n`}\r\n`);
      expect(got).toMatch(/^HTTP\/1\.1 401 Unauthorised\r\n[\s\S]*WWW-Authenticate: Basic realm=[\s\S]*<html>/);
    }
    const inQuery = `CONNECT ${pathOf('web')}&session_id=${encodeURIComponent(session)} HTTP/1.0\r\nHost: x\r\n\r\n`;
    expect(await say(inQuery, 0, hasGreeting)).toMatch(/^HTTP\/1\.1 200/);
  });

  test('more than 1 KiB of headers: 431', async () => {
    expect(await say(request(pathOf('web'), `User-Agent: ${'x'.repeat(1000)}`))).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('at a host where the VM is not: 500', async () => {
    expect(await say(request(pathOf('elsewhere')))).toMatch(/^HTTP\/1\.1 500 [\s\S]*Additional information/);
    expect(await say(request('/console?uuid=nothing'))).toMatch(/^HTTP\/1\.1 500 /);
    expect(await say(request('/console'))).toMatch(/^HTTP\/1\.1 500 /);
  });

  test('yes, and then nothing', async () => {
    expect(await say(request(pathOf('dying')))).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n$/);
  });
});

describe('the API', () => {
  test('200, whatever went wrong', async () => {
    const wrong = await say(rpc('session.login_with_password', ['root', 'wrong']));
    expect(wrong).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*"message":"SESSION_AUTHENTICATION_FAILED"/);
    expect(await say(rpc('VM.get_all_records', ['OpaqueRef:0']))).toMatch(/^HTTP\/1\.1 200 [\s\S]*"SESSION_INVALID"/);
  });

  test('a member of the pool only names the coordinator', async () => {
    const got = await say(rpc('session.login_with_password', ['root', PASSWORD]), 1);
    expect(got).toMatch(/^HTTP\/1\.1 200 [\s\S]*"HOST_IS_SLAVE","data":\["127\.0\.0\.1"\]/);
  });
});

describe('the websocket', () => {
  const openSocket = async (path: string, protocols: string[], generateMask?: (mask: Buffer) => void) => {
    const { address, port } = xen.hosts[0] ?? {};
    const headers = { Cookie: `session_id=${session}` };
    const options = { rejectUnauthorized: false, headers, ...(generateMask && { generateMask }) };
    const socket = new WebSocket(`wss://${address}:${port}${path}`, protocols, options);
    await Promise.race([once(socket, 'open'), once(socket, 'error').then(([error]) => Promise.reject(error))]);
    return socket;
  };

  /** What the console got of `bytes`, by its echo; the sizes of the frames that it came in. */
  async function echoed(socket: WebSocket, length: number): Promise<{ got: Buffer; largest: number }> {
    const frames: Buffer[] = [];
    socket.on('message', (frame: Buffer) => frames.push(frame));
    await expect.poll(() => Buffer.concat(frames).length, { timeout: 10_000 }).toBeGreaterThanOrEqual(length);
    socket.terminate();
    return { got: Buffer.concat(frames), largest: Math.max(...frames.map((frame) => frame.length)) };
  }

  test('its answer has a sub-protocol that a strict client has not asked for', async () => {
    await expect(openSocket(pathOf('echo'), [])).rejects.toThrow('Server sent a subprotocol but none was requested');
    await expect(openSocket(pathOf('echo'), ['base64'])).rejects.toThrow('Server sent an invalid subprotocol');
  });

  test('what a ping carries is typed into the console', async () => {
    const socket = await openSocket(pathOf('echo'), ['binary']);
    socket.ping('ping');
    socket.pong('pong');
    socket.send('x');
    expect((await echoed(socket, 9)).got.toString()).toBe('pingpongx');
  });

  test('frames from 64 KiB on become something else; fragments do not, and what comes is small', async () => {
    const large = await openSocket(pathOf('echo'), ['binary'], (mask) => mask.fill(0));
    large.send(Buffer.alloc(70_000, 'a'));
    // Two bytes of each 99 are read as the header of a frame of 97.
    expect((await echoed(large, 97 * 707)).got.length).toBe(97 * 707);
    const split = await openSocket(pathOf('echo'), ['binary']);
    split.send(Buffer.alloc(60_000, 'x'), { fin: false });
    split.send(Buffer.alloc(10_000, 'x'));
    const { got, largest } = await echoed(split, 70_000);
    expect(got.equals(Buffer.alloc(70_000, 'x'))).toBe(true);
    expect(largest).toBe(1024);
  });

  test('a pool that limits consoles refuses every one, without a word', async () => {
    xen.pool.limitConsoles = true;
    const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    const lines = [`GET ${pathOf('echo')} HTTP/1.1`, 'Host: x', `Cookie: session_id=${session}`, ...upgrade];
    const got = await say(`${lines.join('\r\n')}\r\n\r\n`);
    xen.pool.limitConsoles = false;
    expect(got).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n[\s\S]*\r\n\r\n$/);
  });
});

describe('vncterm', () => {
  const greet = (answer: string) =>
    say(request(pathOf('pv')) + answer, 0, (got) => (got.split('\r\n\r\n')[1] ?? '').length > 12);

  test('hangs up on RFB 3.8, and goes on with 3.3', async () => {
    const behindHeader = async (answer: string) => (await greet(answer)).split('\r\n\r\n')[1]?.length;
    expect(await behindHeader('RFB 003.008\n')).toBeLessThanOrEqual(12);
    expect(await behindHeader('RFB 003.003\n\x01')).toBeGreaterThan(12);
  });

  test.each([
    ['a fence', '\xf8\0\0\0\0\0\0\0\0'],
    ['a key of QEMU', '\xff\0\0\0\0\0\0\0\0\0\0\0'],
    ['a colour map', `\0\0\0\0\x08\x08\0\0${'\0'.repeat(12)}`],
  ])('hangs up on %s', async (_what, message) => {
    const socket = await dial();
    socket.write(Buffer.from(`${request(pathOf('pv'))}RFB 003.003\n\x01${message}`, 'latin1'));
    socket.resume();
    await once(socket, 'close');
  });
});
