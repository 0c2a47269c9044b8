import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostOptions } from '../../../src/emulators/xapi/host.ts';
import type { EmulatedVm } from '../../../src/emulators/xapi/pool.ts';
import { vncterm } from '../../../src/emulators/xapi/vncterm.ts';
import { connect } from '../../../src/index.ts';
import { serve } from '../../../src/server/listen.ts';
import { listMachines, openAddress, power } from '../../../src/transports/index.ts';
import type { OpenOptions } from '../../../src/transports/transport.ts';
import { ConsoleRefused } from '../../../src/transports/xapi/console-refused.ts';
import { echo, serveTcp } from '../../support/pipe-servers.ts';
import { PASSWORD, type RunningPool, rfbAt, startPool } from '../../support/xapi-pool.ts';

afterAll(async () => {
  await server.close();
  await old.close();
});

const BYTE = {
  ...{ bitsPerPixel: 8, depth: 8, bigEndian: false, trueColour: true },
  ...{ redMax: 7, greenMax: 7, blueMax: 3, redShift: 5, greenShift: 2, blueShift: 0 },
};
const server = await serve({ scene: 'colours' });
const old = await serve({ version: '3.3', pixelFormat: BYTE, name: 'XenServer Virtual Terminal' });

const UUID = '6b2d0b24-8c61-4a0f-9f3c-0d5f2a7b9e11';

function running(name: string, more: Partial<EmulatedVm> = {}): EmulatedVm {
  return { name, consoles: [{ ...rfbAt(server.port), protocol: 'vt100' }, rfbAt(server.port)], ...more };
}

const pool = (hosts: readonly HostOptions[] = [{}], ...vms: readonly EmulatedVm[]) =>
  startPool({ hosts, vms: vms.length > 0 ? vms : [running('web', { uuid: UUID })] });

/** The first bytes from the console, which is then closed. */
async function greeting(address: string, options: OpenOptions): Promise<string> {
  const { pipe } = await openAddress(address, options);
  try {
    let text = '';
    for await (const chunk of pipe.incoming) {
      text += Buffer.from(chunk).toString('latin1');
      if (text.length >= 12) break;
    }
    return text;
  } finally {
    await pipe.close();
  }
}

const RFB = 'RFB 003.008\n';
const calls = (running: RunningPool) => running.requests.map(({ method, path }) => `${method} ${path}`);

describe('the way to a console', () => {
  test.each(['web', UUID, UUID.toUpperCase(), `we%62`])('by %s', async (name) => {
    await using xen = await pool();
    expect(await greeting(xen.at(name), xen.options())).toBe(RFB);
    // No session is left behind.
    expect(xen.pool.sessions.size).toBe(0);
    const asked = xen.requests.find(({ method }) => method === 'CONNECT');
    expect(asked).toMatchObject({ path: '/console', version: 'HTTP/1.0' });
    expect(Object.keys(asked?.query ?? {})).toEqual(['uuid']);
    expect(asked?.headers.cookie).toMatch(/^session_id=OpaqueRef:/);
  });

  test.each(['at once', 'with the greeting', 'in pieces'] as const)('an answer that comes %s', async (delivery) => {
    await using xen = await pool([{ delivery }]);
    expect(await greeting(xen.at('web'), xen.options())).toBe(RFB);
  });

  test.each(['reference', 'hostless'] as const)('a location that is %s', async (location) => {
    await using xen = await pool();
    xen.pool.location = location;
    // Without a host there is no port either: here the API's own has to be told.
    const address =
      location === 'hostless' ? `${xen.at('web')}?console=127.0.0.1:${xen.hosts[0]?.port}` : xen.at('web');
    expect(await greeting(address, xen.options())).toBe(RFB);
  });

  test('a name that looks like a uuid', async () => {
    await using xen = await pool([{}], running(UUID));
    expect(await greeting(xen.at(UUID), xen.options())).toBe(RFB);
  });

  test('a host that knows no JSON-RPC', async () => {
    await using xen = await pool([{ old: true }], running('a & <b>'));
    expect(await greeting(xen.at(encodeURIComponent('a & <b>')), xen.options())).toBe(RFB);
    // It is tried once.
    expect(calls(xen).filter((call) => call === 'POST /jsonrpc')).toHaveLength(1);
    await expect(greeting(xen.at('no'), xen.options())).rejects.toThrow('the VM "no" is not there');
  });

  test('a member of the pool names the coordinator, and vouches for its certificate', async () => {
    await using xen = await pool([{}, {}]);
    expect(await greeting(xen.at('web', 1), xen.options(1))).toBe(RFB);
    const ca = xen.hosts.map(({ certificate }) => certificate).join('');
    const options = { ...xen.options(), tls: { ca } };
    expect(await greeting(xen.at('web', 1), options)).toBe(RFB);
    await expect(greeting(xen.at('web', 1), { ...options, tls: { ca: xen.hosts[1]?.certificate } })).rejects.toThrow(
      /certificate of 127\.0\.0\.1:\d+ is not trusted/,
    );
  });

  test.each(['connect', 'websocket'])(
    'a console at another host, by %s: the API knows its certificate',
    async (via) => {
      await using xen = await pool([{}, {}], running('web', { host: 1 }));
      expect(await greeting(`${xen.at('web')}?via=${via}`, xen.options())).toBe(RFB);
      const ca = xen.hosts[0]?.certificate;
      expect(await greeting(`${xen.at('web')}?via=${via}`, { ...xen.options(), tls: { ca } })).toBe(RFB);
    },
  );

  test('a VM that has moved since its location was read', async () => {
    let tellTruth = () => {};
    const onRequest = ({ method }: { method: string }) => method === 'CONNECT' && tellTruth();
    await using xen = await pool([{ onRequest }, {}], running('web', { host: 1 }));
    const [vm] = xen.pool.vms;
    if (vm) vm.toldHost = 0;
    tellTruth = () => {
      if (vm) vm.toldHost = undefined;
    };
    expect(await greeting(xen.at('web'), xen.options())).toBe(RFB);
    // It is not asked a third time.
    tellTruth = () => {};
    if (vm) vm.toldHost = 0;
    await expect(greeting(xen.at('web'), xen.options())).rejects.toThrow(
      /answered 500 Internal Error to the request for the console: it says: Console\.Failure/,
    );
  });

  test('a session that has ended is made anew, once', async () => {
    await using xen = await pool();
    const logIn = xen.pool.logIn.bind(xen.pool);
    let logins = 0;
    xen.pool.logIn = (user, password) => {
      const session = logIn(user, password);
      if (logins++ === 0) xen.pool.sessions.delete(session);
      return session;
    };
    expect(await greeting(xen.at('web'), xen.options())).toBe(RFB);
    expect(logins).toBe(2);
    logins = 0;
    expect(await listMachines(xen.at(''), xen.options())).toHaveLength(1);
    expect({ logins, sessions: xen.pool.sessions.size }).toEqual({ logins: 2, sessions: 0 });
    xen.pool.logIn = (user, password) => {
      const session = logIn(user, password);
      xen.pool.sessions.delete(session);
      return session;
    };
    await expect(greeting(xen.at('web'), xen.options())).rejects.toThrow('SESSION_INVALID; sessions end at once there');
  });

  test.each(['connect', 'websocket'])('by %s every byte arrives as it was sent', async (via) => {
    const mirror = await serveTcp(echo);
    await using xen = await pool([{}], { name: 'echo', consoles: [rfbAt(Number(mirror.address.split(':').at(-1)))] });
    const { pipe } = await openAddress(`${xen.at('echo')}?via=${via}`, xen.options());
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) >> 3));
    void pipe.write(sent);
    const got: Uint8Array[] = [];
    for await (const chunk of pipe.incoming) {
      if (got.push(chunk) && Buffer.concat(got).length >= sent.length) break;
    }
    expect(Buffer.concat(got).equals(sent)).toBe(true);
    await pipe.close();
    await mirror.close();
  });

  test('where one way is closed the other is taken, and said', async () => {
    for (const [host, via] of [
      [{ connects: false }, 'connect'],
      [{ websockets: false }, 'websocket'],
    ] as const) {
      await using xen = await pool([host]);
      const warnings: string[] = [];
      const options = { ...xen.options(), onWarning: (message: string) => warnings.push(message) };
      expect(await greeting(`${xen.at('web')}?via=${via}`, options)).toBe(RFB);
      expect(warnings).toEqual([
        expect.stringMatching(new RegExp(`opens no console by ${via} \\((405|501)\\): trying`)),
      ]);
    }
  });

  test('a pool that limits consoles allows no websockets, and one viewer', async () => {
    await using xen = await pool();
    xen.pool.limitConsoles = true;
    const { pipe } = await openAddress(`${xen.at('web')}?via=websocket`, xen.options());
    await expect(greeting(xen.at('web'), xen.options())).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringMatching(
        /503 Connection Limit Exceeded .*: User 'root' is currently connected to this console/,
      ),
    });
    await pipe.close();
  });
});

describe('vncterm', () => {
  test('speaks 3.3 with 8 bits a pixel, and hears nothing that it does not know', async () => {
    const { connect: open } = rfbAt(old.port);
    await using xen = await pool([{}], { name: 'pv', consoles: [{ protocol: 'rfb', connect: vncterm(open) }] });
    await using console = await connect(xen.at('pv'), { ...xen.options() });
    const { version, server: init } = console.session.established;
    expect({ version, bits: init.pixelFormat.bitsPerPixel, name: init.name }).toEqual({
      version: '3.3',
      bits: 8,
      name: 'XenServer Virtual Terminal',
    });
    await console.keyboard.type('root\n');
    await console.pointer.move(5, 5);
    await console.paste('text');
    await console.screen.waitForText(/Password:/, { timeoutMs: 20_000 });
    // Its own format too.
    await using native = await connect(xen.at('pv'), { ...xen.options(), pixelFormat: 'native' });
    expect((await native.capture()).width).toBe(console.width);
  });
});

describe('what the API can do beside', () => {
  test('list', async () => {
    await using xen = await pool(
      [{}, {}],
      running('web', { uuid: UUID, host: 1 }),
      running('off', { state: 'Halted' }),
      { name: 'serial', consoles: [{ ...rfbAt(1), protocol: 'vt100' }] },
      running('web', { kind: 'template' }),
      running('web', { kind: 'snapshot' }),
    );
    const address = `${xen.at('')}?via=websocket`;
    const machines = await listMachines(address, xen.options());
    expect(machines).toMatchObject([
      {
        id: UUID,
        name: 'web',
        state: 'Running',
        console: 'vnc',
        host: 'host-2',
        address: `${xen.at(UUID)}?via=websocket`,
      },
      { name: 'off', state: 'Halted', console: 'none' },
      { name: 'serial', state: 'Running', console: 'text', host: 'host-1' },
    ]);
    expect(machines).toHaveLength(3);
    expect(await greeting(machines[0]?.address ?? '', xen.options())).toBe(RFB);
    await using ancient = await pool([{ old: true }]);
    expect(await listMachines(ancient.at(''), ancient.options())).toMatchObject([{ id: UUID, console: 'vnc' }]);
    expect(xen.pool.sessions.size + ancient.pool.sessions.size).toBe(0);
  });

  test('power', async () => {
    await using xen = await pool([{}], running('a'), running('asleep', { state: 'Suspended' }));
    const [vm, asleep] = xen.pool.vms;
    const states = [];
    for (const action of ['shutdown', 'on', 'reboot', 'reset', 'off'] as const) {
      await power(xen.at('a'), action, xen.options());
      states.push(vm?.state);
    }
    expect(states).toEqual(['Halted', 'Running', 'Running', 'Running', 'Halted']);
    for (const again of ['shutdown', 'off'] as const) await power(xen.at('a'), again, xen.options());
    await power(xen.at('asleep'), 'on', xen.options());
    await power(xen.at('asleep'), 'on', xen.options());
    expect(asleep?.state).toBe('Running');
    expect(xen.pool.tasks.size).toBe(0);
    expect(xen.pool.sessions.size).toBe(0);
  });

  test.each([
    ['halted', 'reset', 'VM_BAD_POWER_STATE running halted; the words are what is wanted and what it is'],
    ['dumb', 'reboot', 'VM_LACKS_FEATURE; its guest has no tools that would be asked: use off or reset'],
  ] as const)('%s cannot be switched by %s', async (name, action, message) => {
    const vms = [running('halted', { state: 'Halted' }), running('dumb', { tools: false })];
    await using xen = await pool([{}], ...vms);
    await expect(power(xen.at(name), action, xen.options())).rejects.toMatchObject({
      name: 'ActionError',
      code: 'ACTION_FAILED',
      message: expect.stringContaining(message),
    });
  });

  test('a switching that nobody waits for', async () => {
    await using xen = await startPool({ vms: [running('a')], powerMs: 60_000 });
    const abort = new AbortController();
    const switching = power(xen.at('a'), 'off', { ...xen.options(), signal: abort.signal });
    await expect.poll(() => xen.pool.tasks.size).toBe(1);
    abort.abort(new Error('enough'));
    await expect(switching).rejects.toThrow('enough');
  });
});

describe('errors', () => {
  const vms = [
    running('web', { uuid: UUID }),
    running('twin'),
    running('twin', { state: 'Halted' }),
    running('twin', { kind: 'snapshot' }),
    running('off', { state: 'Halted' }),
    running('mould', { kind: 'template' }),
    { name: 'serial', consoles: [{ ...rfbAt(1), protocol: 'vt100' }] },
    { name: 'bare' },
    running('dom0', { kind: 'control-domain' }),
    { name: 'dying', consoles: [{ protocol: 'rfb', connect: () => Promise.reject(new Error('gone')) }] },
  ] as const satisfies EmulatedVm[];
  let xen: RunningPool;
  beforeAll(async () => {
    xen = await pool([{}, {}], ...vms);
  });
  afterAll(() => xen[Symbol.asyncDispose]());

  test.each([
    ['nobody', 'CONNECT_FAILED', /the VM "nobody" is not there, or not to be seen by this user: rfbctl list xapi:/],
    ['mould', 'CONNECT_FAILED', /is a template or a snapshot/],
    ['off', 'CONNECT_FAILED', /the VM "off" is Halted: a VM has a console while it runs/],
    ['serial', 'CONNECT_FAILED', /has no RFB console, only vt100/],
    ['bare', 'CONNECT_FAILED', /has no RFB console yet: is it still starting\?/],
    [
      'twin',
      'BAD_ADDRESS',
      /2 VMs are called "twin": write one's uuid instead: [\da-f-]{36} \(Running\), [\da-f-]{36} \(Halted\)/,
    ],
    ['', 'BAD_ADDRESS', /which VM\?/],
    ['dying', 'CONNECT_FAILED', /the host opened the console and closed it without a byte/],
    ['web?via=smoke', 'BAD_ADDRESS', /via is connect or websocket/],
    ['web?vai=connect', 'BAD_ADDRESS', /there is no parameter "vai"/],
  ])('the VM %j is %s', async (name, code, message) => {
    await expect(greeting(xen.at(name), xen.options())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('a console that is closed without a byte by websocket', async () => {
    const opening = greeting(`${xen.at('dying')}?via=websocket`, xen.options());
    await expect(opening).rejects.toThrow('closed it without a byte');
  });

  test('a wrong password, and none', async () => {
    const options = { ...xen.options(), credentials: () => ({ password: 'wrong' }) };
    await expect(greeting(xen.at('web'), options)).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('does not accept the login of "root"'),
    });
    await expect(greeting(xen.at('web'), { ...options, credentials: () => ({}) })).rejects.toMatchObject({
      code: 'CREDENTIALS_REQUIRED',
    });
  });

  test('the user of the address, then of XE_EXTRA_ARGS', async () => {
    const variables = { XE_EXTRA_ARGS: `server=other,username=nobody,password=${PASSWORD.replace(/[,\\]/g, '\\$&')}` };
    const credentials = () => Promise.reject(new Error('nobody is to be asked'));
    const address = xen.at('web').replace('//', '//root@');
    // `xe` drops every backslash.
    await expect(greeting(address, { ...xen.options(), credentials, variables })).rejects.toThrow('login of "root"');
    const users = { root: { password: 'a,b', role: 'pool-admin' } } as const;
    await using simple = await startPool({ vms, users });
    const extra = { XE_EXTRA_ARGS: 'username=root,password=a\\,b' };
    expect(await greeting(simple.at('web'), { ...simple.options(), credentials, variables: extra })).toBe(RFB);
  });

  test('a user without the role', async () => {
    await expect(greeting(xen.at('dom0'), xen.options(0, 'reader'))).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('403 Forbidden to the request for the console: this user may not see consoles'),
    });
    await expect(power(xen.at('web'), 'off', xen.options(0, 'reader'))).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('this user may not do that (RBAC_PERMISSION_DENIED VM.hard_shutdown'),
    });
  });

  test('a host that is not trusted is told nothing', async () => {
    const before = xen.requests.length;
    await expect(greeting(xen.at('web'), { ...xen.options(), tls: {} })).rejects.toMatchObject({
      code: 'TLS_UNTRUSTED',
    });
    expect(xen.requests.length).toBe(before);
  });

  test('a console host that is not to be reached', async () => {
    await using alone = await pool([{}, {}], running('web', { host: 1 }));
    await alone.hosts[1]?.close();
    await expect(greeting(alone.at('web'), alone.options())).rejects.toThrow(
      /nothing listens on 127\.0\.0\.2:\d+ .*if it is reached in another way from here, add \?console=HOST:PORT/,
    );
  });

  test('something else at this address', async () => {
    await expect(greeting(`xapi://127.0.0.1:${server.port}/web`, xen.options())).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'CONNECT_FAILED',
    });
  });

  test('no message holds a secret', async () => {
    const secrets = [PASSWORD, 'OpaqueRef:'];
    for (const { name } of vms) {
      const error = await greeting(xen.at(name), xen.options()).then(
        () => undefined,
        (reason: Error) => reason,
      );
      for (const secret of secrets) expect(error?.message ?? '').not.toContain(secret);
    }
    expect(xen.pool.sessions.size).toBe(0);
  });
});

describe('what a host answers instead of a console', () => {
  const additional = '<h1> Additional information </h1>Not_found <b>x</b>\r\n</body></html>';
  const busy = "<html><h1>Connection Limit Exceeded</h1><p>User 'root' is currently connected.</p></html>";
  test.each([
    [401, 'Unauthorised', '', 'AUTHENTICATION_FAILED', 'the session is not accepted'],
    [403, 'Forbidden', '', 'AUTHENTICATION_FAILED', 'needs the role pool-admin'],
    [404, 'Not Found', '', 'CONNECT_FAILED', 'the VM has no console there'],
    [408, 'Request Timeout', '', 'CONNECT_FAILED', 'too slow or too long'],
    [431, 'Request Header Fields Too Large', '', 'CONNECT_FAILED', 'too slow or too long'],
    [500, 'Internal Error', '<html>', 'CONNECT_FAILED', 'the VM is not running on this host, or has no RFB console'],
    [500, 'Internal Error', additional, 'CONNECT_FAILED', 'it says: Not_found x'],
    [501, 'Method Not Implemented', '', 'CONNECT_FAILED', 'it does not know this way'],
    [
      503,
      'Service Unavailable',
      '',
      'CONNECT_FAILED',
      'it allows no more consoles (limit_console_sessions of the pool?)',
    ],
    [
      503,
      'Connection Limit Exceeded',
      busy,
      'CONNECT_FAILED',
      "User 'root' is currently connected; disconnect that one",
    ],
    [302, 'Found', '', 'CONNECT_FAILED', 'check the host that the API names'],
  ])('%d %s', (status, reason, body, code, remedy) => {
    const { told } = new ConsoleRefused('host:443', { status, reason, body });
    expect(told).toMatchObject({ code, phase: 'connect' });
    expect(told.message).toMatch(new RegExp(`^host:443 answered ${status} ${reason} to the request for the console: `));
    expect(told.message).toContain(remedy);
    expect(told.message).not.toMatch(/[\r\n<]/);
  });
});
