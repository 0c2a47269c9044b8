import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Console, connect } from '../../../src/automation/console.ts';
import { Dialogue } from '../../../src/automation/terminal/dialogue.ts';
import { openTerminal } from '../../../src/automation/terminal/open-terminal.ts';
import type { ProxmoxEmulation } from '../../../src/emulators/proxmox/index.ts';
import { sceneScreen } from '../../../src/emulators/proxmox/machines.ts';
import type { ProxmoxOptions } from '../../../src/emulators/proxmox/options.ts';
import { keepAlive } from '../../../src/rfb/session/keep-alive.ts';
import { Session } from '../../../src/rfb/session/session.ts';
import { openAddress } from '../../../src/transports/index.ts';
import { NaiveClient, query, TOKEN_HEADER } from '../../support/naive-proxmox.ts';
import { asUser, emulate, machine, ROOT, withToken } from '../../support/proxmox.ts';

/** Everything that Proxmox VE does to a client that does not expect it, and that ours does. */

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(options: ProxmoxOptions = {}): Promise<{ emulation: ProxmoxEmulation; naive: NaiveClient }> {
  const emulation = await emulate({ machines: [machine(101, { screen: sceneScreen('login') })], ...options });
  cleanups.push(emulation.close);
  return { emulation, naive: new NaiveClient(emulation) };
}

async function ours(emulation: ProxmoxEmulation, options: object = withToken(emulation)): Promise<Console> {
  const console = await connect(`${emulation.address}/101`, options);
  cleanups.push(() => console.close());
  return console;
}

/** How long nothing is enough to say that there will be nothing. */
const SILENCE_MS = 300;
const PASSWORDS = ['A%B&C+D;', '%26;+&:"', ':::::::;', '%25%3B+<', '`!"#$%&\''];

test('a ticket that is not encoded fails as its password falls; ours never does', async () => {
  let next = 0;
  const { emulation, naive } = await started({ consolePassword: () => PASSWORDS[next++ % PASSWORDS.length] ?? '' });
  for (const password of PASSWORDS) {
    const { port, ticket } = await naive.vncproxy();
    expect(ticket?.slice(0, 9)).toBe(`${password}:`);
    const client = await naive.upgrade(`port=${port}&vncticket=${ticket?.replaceAll(' ', '%20')}`);
    expect(await client.status()).toMatch(/^(401 permission denied|400 Parameter verification)/);
    client.socket.destroy();
  }
  for (const _ of PASSWORDS) await (await ours(emulation)).close();
});

test('a password is neither what stands behind a colon nor the beginning of every old ticket', async () => {
  const { emulation } = await started({ consolePassword: () => 'AB:CD;EF' });
  const { credentials, pipe } = await openAddress(`${emulation.address}/101`, withToken(emulation));
  expect(credentials).toEqual({ password: 'AB:CD;EF' });
  await pipe.close();
  for (const guess of ['PVEVNC:6', 'CD;EF:PVEVNC']) {
    const opened = await openAddress(`${emulation.address}/101`, withToken(emulation));
    const session = Session.open(opened.pipe, { credentials: { password: guess } });
    await expect(session).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    opened.release?.();
  }
  await ours(emulation);
});

test.each(['new', 'old', 'pve7', 'pve6'] as const)(
  '%s: ports as numbers or texts, tickets as passwords',
  async (version) => {
    const { emulation, naive } = await started({ version });
    const { port, password, ticket } = await naive.vncproxy();
    expect([typeof port, typeof password]).toEqual(
      {
        new: ['number', 'string'],
        old: ['number', 'undefined'],
        pve7: ['string', 'undefined'],
        pve6: ['string', 'undefined'],
      }[version],
    );
    if (version !== 'new') expect(ticket?.slice(0, 8)).toBe('PVEVNC:6');
    await ours(emulation);
    await ours(emulation, asUser(emulation));
  },
);

test('an upgrade without the cookie, or with somebody else’s', async () => {
  const { emulation, naive } = await started();
  const { port, ticket } = await naive.vncproxy();
  const without = await naive.upgrade(query(port, ticket), {});
  expect(await without.status()).toBe('401 No ticket');
  const { cookie } = await naive.logIn(ROOT.username, ROOT.password);
  const mixed = await naive.upgrade(query(port, ticket), { cookie });
  expect(await mixed.status()).toBe('401 permission denied - invalid PVEVNC ticket');
  await ours(emulation, asUser(emulation));
});

test('a cookie as it came or encoded, and in a header of its own', async () => {
  const { naive } = await started();
  const { cookie, csrfpreventiontoken } = await naive.logIn(ROOT.username, ROOT.password);
  const ticket = cookie.slice('PVEAuthCookie='.length);
  const ways = [
    { cookie },
    { cookie: `a=b; PVEAuthCookie=${encodeURIComponent(ticket)}; c=d` },
    { authorization: `PVEAuthCookie=${ticket}` },
  ];
  for (const way of ways) {
    const { port, ticket: vncticket } = await naive.vncproxy({ ...way, csrfpreventiontoken });
    const client = await naive.upgrade(query(port, vncticket), way);
    expect(await client.status()).toBe('101 Switching Protocols');
    client.socket.destroy();
  }
});

test('a change without the CSRF token, a parameter too many, a body in pieces or of another type', async () => {
  const { emulation, naive } = await started();
  const path = '/nodes/pve1/qemu/101/vncproxy';
  const { cookie } = await naive.logIn(ROOT.username, ROOT.password);
  expect(await naive.post(path, { websocket: '1' }, { cookie })).toEqual({
    status: 401,
    reason: 'Permission denied - invalid csrf token',
    body: '',
  });
  expect(await naive.post(path, { websocket: '1', node: 'pve1' }, TOKEN_HEADER)).toMatchObject({
    status: 400,
    reason: 'Parameter verification failed.',
    body: expect.stringContaining('"node":"property is not defined in schema'),
  });
  expect(await naive.post(path, { websocket: 'true2' }, TOKEN_HEADER)).toMatchObject({ status: 400 });
  expect(await naive.request('POST', path, TOKEN_HEADER, 'x')).toMatchObject({ status: 506 });
  const chunked = { ...TOKEN_HEADER, 'transfer-encoding': 'chunked' };
  expect(await naive.request('POST', path, chunked, 'websocket=1')).toMatchObject({ status: 501 });
  await ours(emulation, asUser(emulation));
});

test('a refusal takes three seconds', async () => {
  const { emulation, naive } = await started({ times: { refusal: 3000 } });
  const began = performance.now();
  expect(await naive.post('/access/ticket', { username: 'root@pam', password: 'no' })).toMatchObject({ status: 401 });
  expect(performance.now() - began).toBeGreaterThan(2900);
  await ours(emulation);
});

test('a console waits for one client: the second hears nothing', async () => {
  const { emulation, naive } = await started();
  const { port, ticket } = await naive.vncproxy();
  const first = await naive.upgrade(query(port, ticket));
  expect(await first.status()).toBe('101 Switching Protocols');
  const second = await naive.upgrade(query(port, ticket));
  await sleep(SILENCE_MS);
  expect([second.received, second.ended]).toEqual([0, false]);
  for (const { socket } of [first, second]) socket.destroy();
  await ours(emulation);
});

test('a console does not wait for long: who is late hears nothing', async () => {
  const { naive } = await started({ times: { accept: 50 } });
  const { port, ticket } = await naive.vncproxy();
  await sleep(SILENCE_MS);
  const late = await naive.upgrade(query(port, ticket));
  await sleep(SILENCE_MS);
  expect([late.received, late.ended]).toEqual([0, false]);
  late.socket.destroy();
});

test('tickets are of forty seconds, of one port, of one machine', async () => {
  let now = Date.now();
  const { emulation, naive } = await started({
    now: () => now,
    machines: [machine(101, { screen: sceneScreen('login') }), machine(102)],
  });
  const { port, ticket } = await naive.vncproxy();
  const invalid = '401 permission denied - invalid PVEVNC ticket';
  const other = await naive.vncproxy();
  expect(await (await naive.upgrade(query(other.port, ticket))).status()).toBe(invalid);
  expect(await (await naive.upgrade(query(port, ticket), TOKEN_HEADER, '/nodes/pve1/qemu/102')).status()).toBe(invalid);
  now += 45_000;
  expect(await (await naive.upgrade(query(port, ticket))).status()).toBe(invalid);
  await ours(emulation);
});

test('frames that are fragments, too long or not masked stall the connection; ours are none of these', async () => {
  const { emulation, naive } = await started();
  const greeting = 'RFB 003.008\n';
  const faults = [{ fin: false }, { masked: false }, { payload: Buffer.alloc(131_073) }];
  for (const { payload = greeting, ...fault } of faults) {
    const { port, ticket } = await naive.vncproxy();
    const client = await naive.upgrade(query(port, ticket));
    await client.until(() => client.frames.includes(greeting));
    const before = client.received;
    client.send(payload, fault);
    client.send(greeting);
    await sleep(SILENCE_MS);
    expect([client.received, client.ended], JSON.stringify(fault)).toEqual([before, false]);
    client.socket.destroy();
  }
  const console = await ours(emulation);
  await console.paste('x'.repeat(200_000));
  expect((await console.screenshot()).length).toBeGreaterThan(0);
});

test('there is no goodbye: a close frame is answered by the end of the stream', async () => {
  const { emulation, naive } = await started();
  const { port, ticket } = await naive.vncproxy();
  const client = await naive.upgrade(query(port, ticket));
  await client.until(() => client.frames.length > 0);
  const before = client.received;
  client.send(Buffer.from([0x03, 0xe8]), { opcode: 8 });
  await client.until(() => client.ended);
  expect(client.received).toBe(before);
  client.socket.destroy();
  const console = await ours(emulation);
  const began = performance.now();
  await console.close();
  expect(performance.now() - began).toBeLessThan(2000);
});

test('a list of sub-protocols comes back as it was, and strict clients break; older versions want one', async () => {
  const { emulation, naive } = await started({ version: 'pve6' });
  const { port, ticket } = await naive.vncproxy();
  const none = await naive.upgrade(query(port, ticket));
  expect(await none.status()).toBe('500 missing websocket-protocol header');
  const url = `wss://${emulation.host}:${emulation.port}/api2/json/nodes/pve1/qemu/101/vncwebsocket?${query(port, ticket)}`;
  const strict = new WebSocket(url, ['binary', 'base64'], { ca: emulation.ca, headers: TOKEN_HEADER });
  const failed = await new Promise<Error>((resolve) => strict.once('error', resolve));
  expect(failed.message).toMatch(/invalid subprotocol/);
  await ours(emulation);
});

describe('one password for a machine', () => {
  test('who connects later takes it from who has not answered yet', async () => {
    const { emulation } = await started();
    const open = () => openAddress(`${emulation.address}/101`, withToken(emulation));
    const first = await open();
    first.release?.();
    const second = await open();
    second.release?.();
    const session = await Session.open(second.pipe, { credentials: second.credentials });
    await expect(Session.open(first.pipe, { credentials: first.credentials })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
    });
    await session.close();
  });

  test('ours come one after the other in a process: as many calls as consoles', async () => {
    let drawn = 0;
    const { emulation } = await started({ consolePassword: () => `passwor${drawn++}` });
    const consoles = await Promise.all(Array.from({ length: 6 }, () => ours(emulation)));
    expect(consoles).toHaveLength(6);
    expect(drawn).toBe(6);
  });

  test('what another process overtakes is done again, all of it', async () => {
    const screen = sceneScreen('login');
    let drawn = 0;
    const { emulation } = await started({
      consolePassword: () => `passwor${drawn++}`,
      machines: [
        machine(101, {
          screen: {
            connect: screen.connect,
            setPassword: (password, validMs) => screen.setPassword(drawn < 3 ? 'overtake' : password, validMs),
          },
        }),
      ],
    });
    await ours(emulation);
    expect(drawn).toBe(3);
  });

  test('it is good for thirty seconds after the connection', async () => {
    const { emulation } = await started({ times: { password: 200 } });
    const { pipe, credentials = {}, release } = await openAddress(`${emulation.address}/101`, withToken(emulation));
    const slow = () => new Promise<typeof credentials>((resolve) => setTimeout(resolve, 400, credentials));
    await expect(Session.open(pipe, { credentials: slow })).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    release?.();
  });
});

test('what is idle is cut, pings or not; a pixel now and then keeps it', async () => {
  // A screen on which nothing moves: nothing is sent where nothing is asked.
  const { emulation } = await started({ times: { idle: 3000 } });
  const open = async (keepAliveMs: number | undefined) => {
    const { pipe, credentials, release } = await openAddress(`${emulation.address}/101`, withToken(emulation));
    const session = await Session.open(pipe, { credentials });
    release?.();
    if (keepAliveMs !== undefined) keepAlive(session, keepAliveMs);
    return session;
  };
  const [idle, kept] = [await open(undefined), await open(200)];
  await new Promise((resolve) => idle.once('closed', resolve));
  await sleep(700);
  expect(idle.ended).toBeDefined();
  expect(kept.ended).toBeUndefined();
  await kept.close();
  const { keepAliveMs, pipe } = await openAddress(`${emulation.address}/101`, withToken(emulation));
  expect(keepAliveMs).toBeLessThanOrEqual(900_000 / 2);
  await pipe.close();
});

test('a machine that has stopped takes the call and the connection, and says nothing', async () => {
  const { emulation, naive } = await started({
    machines: [machine(101, { state: 'stopped', screen: sceneScreen('login') })],
    // Without VM.Audit nobody can ask for its state.
    accounts: [{ ...ROOT, rights: { '/vms/101': ['VM.Console'] } }],
  });
  const { port, ticket } = await naive.vncproxy();
  const client = await naive.upgrade(query(port, ticket));
  expect(await client.status()).toBe('101 Switching Protocols');
  await client.until(() => client.ended);
  expect(client.frames.length).toBe(0);
  await expect(connect(`${emulation.address}/nodes/pve1/qemu/101`, withToken(emulation))).rejects.toMatchObject({
    code: 'CONNECT_FAILED',
    message: expect.stringMatching(/the node ended the console before it said a word: was the machine stopped/),
  });
});

test('a terminal: eighty columns and twenty rows until it is told, columns first; OK is glued to what follows, or falls apart', async () => {
  const path = '/nodes/pve1/lxc/200';
  for (const framing of ['glued', 'split'] as const) {
    const shell = machine(200, { type: 'lxc', terminal: 'sh -c "while stty size; do read _; done"' });
    const { emulation, naive } = await started({ framing, machines: [shell] });
    const { port, ticket, user } = await naive.data(`${path}/termproxy`, {});
    const client = await naive.upgrade(query(port, ticket), TOKEN_HEADER, path);
    await client.status();
    client.send(`${user}:${ticket}\n`);
    await client.until(() => client.frames.length > 2);
    // What a client that waits for a message "OK" finds in the first one.
    const [, length = 0] = client.frames;
    expect(client.frames.toString('latin1', 2, 2 + length)).toMatch(framing === 'glued' ? /^OK20 80/ : /^O$/);
    // Rows and columns the wrong way round, as some have it.
    client.send('1:24:132:');
    client.send('0:1:\r');
    const printed = () => client.frames.toString('latin1').replace(/[^ -~\r\n]/g, '');
    await client.until(() => /132\s24/.test(printed()));
    client.socket.destroy();
    const terminal = await openTerminal(`${emulation.address}/200`, {
      ...withToken(emulation),
      size: { columns: 132, rows: 24 },
    });
    cleanups.push(() => terminal.close());
    const dialogue = new Dialogue(terminal);
    await dialogue.send('\r');
    await dialogue.expect('24 132');
  }
});

test('a terminal waits ten seconds for its ticket', async () => {
  const path = '/nodes/pve1/lxc/200';
  const shell = machine(200, { type: 'lxc', terminal: 'cat' });
  const { naive } = await started({ machines: [shell], times: { login: 50 } });
  const { port, ticket } = await naive.data(`${path}/termproxy`, {});
  const client = await naive.upgrade(query(port, ticket), TOKEN_HEADER, path);
  await client.until(() => client.ended);
  expect(client.frames.length).toBe(0);
});

test('a terminal: a wrong ticket is the end, without a byte; headers in two pieces are lost', async () => {
  const { naive } = await started({ machines: [machine(200, { type: 'lxc', terminal: 'cat' })] });
  const path = '/nodes/pve1/lxc/200';
  const open = async () => {
    const { port, ticket, user } = await naive.data(`${path}/termproxy`, {});
    const client = await naive.upgrade(query(port, ticket), TOKEN_HEADER, path);
    await client.status();
    return { client, line: `${user}:${ticket}\n` };
  };
  const wrong = await open();
  wrong.client.send(wrong.line.replace('PVEVNC', 'PVEVNX'));
  await wrong.client.until(() => wrong.client.ended);
  expect(wrong.client.frames.length).toBe(0);
  const { client, line } = await open();
  client.send(line);
  client.send('0:');
  await sleep(SILENCE_MS);
  client.send('5:lost\r0:6:heard\r');
  await client.until(() => client.frames.includes('heard'));
  expect(client.frames.includes('lost')).toBe(false);
  client.socket.destroy();
});
