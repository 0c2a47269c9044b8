import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { serverOf } from '../../src/emulators/console-stream.ts';
import type { HttpServer } from '../../src/emulators/http-server.ts';
import { startNova } from '../../src/emulators/nova/index.ts';
import { type OpenStackOptions, OpenStackProject, ServiceError } from '../../src/emulators/nova/project.ts';
import { connect } from '../../src/index.ts';
import { type Listening, serve } from '../../src/server/listen.ts';
import { consoleUrl, listMachines, openAddress, power } from '../../src/transports/index.ts';

const PASSWORD = 'hunter2';
const scratch = mkdtempSync(path.join(tmpdir(), 'rfbctl-nova-'));
afterAll(() => rmSync(scratch, { recursive: true }));

let console: Listening;
let project: OpenStackProject;
let cloud: HttpServer;
let variables: Record<string, string>;
const credential = { id: 'c0ffee', secret: 'hunter2-of-the-credential' };

beforeEach(async () => {
  console = await serve({ scene: 'login' });
  await restart({});
});
afterEach(async () => {
  await Promise.all([cloud.close(), console.close()]);
});

async function restart(options: Partial<OpenStackOptions>): Promise<void> {
  await cloud?.close();
  const behind = serverOf(console);
  const servers = ['web-1', 'web-10', 'a.b', 'axb', 'spare-1', 'twin', 'twin'].map((name) => {
    return {
      id: randomUUID(),
      name,
      status: name === 'spare-1' ? ('SHUTOFF' as const) : ('ACTIVE' as const),
      connect: behind,
    };
  });
  const user = { name: 'ci', password: PASSWORD, domain: 'default' };
  project = new OpenStackProject({ user, project: 'demo', credential, servers, ...options });
  cloud = await startNova(project);
  variables = {
    HOME: scratch,
    OS_AUTH_URL: `http://${cloud.authority}/identity/v3`,
    OS_USERNAME: 'ci',
    OS_PASSWORD: PASSWORD,
    OS_PROJECT_NAME: 'demo',
  };
}

async function visit(address: string, more: object = {}): Promise<void> {
  await using vm = await connect(address, { variables, ...more });
  expect(vm.width).toBe(720);
}

const idOf = (name: string) => project.options.servers.find((server) => server.name === name)?.id ?? '';

describe('the login', () => {
  test('a password, an application credential, a token; the address with and without its version', async () => {
    await visit('openstack://web-1');
    await visit('openstack://web-1', {
      variables: { ...variables, OS_AUTH_URL: `http://${cloud.authority}/identity/` },
    });
    const OS_AUTH_URL = `http://${cloud.authority}/identity/v3`;
    const HOME = scratch;
    const own = { OS_APPLICATION_CREDENTIAL_ID: credential.id, OS_APPLICATION_CREDENTIAL_SECRET: credential.secret };
    await visit('openstack://web-1', {
      variables: { HOME, OS_AUTH_URL, OS_AUTH_TYPE: 'v3applicationcredential', ...own },
    });
    const [token = ''] = project.tokens;
    await visit('openstack://web-1', { token, variables: { HOME, OS_AUTH_URL, OS_PROJECT_NAME: 'demo' } });
  });

  test('the caller is asked for a password that no variable has', async () => {
    const { OS_PASSWORD: _, ...rest } = variables;
    await visit('openstack://web-1', { variables: rest, credentials: { password: PASSWORD } });
    await expect(visit('openstack://web-1', { variables: rest })).rejects.toMatchObject({
      code: 'CREDENTIALS_REQUIRED',
    });
  });

  test.each([
    ['password', { OS_PASSWORD: 'guess' }],
    ['user', { OS_USERNAME: 'somebody' }],
    ['project', { OS_PROJECT_NAME: 'other' }],
    ['domain', { OS_USER_DOMAIN_NAME: 'elsewhere' }],
  ])('a wrong %s: exit code 3, and nothing of what was given', async (_what, wrong) => {
    const error = await visit('openstack://web-1', { variables: { ...variables, ...wrong } }).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', phase: 'connect' });
    expect(error.message).toContain('check user, password, project and their domains');
    expect(error.message).not.toMatch(/guess|hunter2/);
    expect(exitCodeOf(error)).toBe(3);
  });

  test('without a project there is no catalogue, and in several regions no choice', async () => {
    const { OS_PROJECT_NAME: _, ...rest } = variables;
    await expect(visit('openstack://web-1', { variables: rest })).rejects.toThrow(
      'a project is needed, OS_PROJECT_NAME',
    );
    await restart({ regions: ['north', 'south'] });
    await expect(visit('openstack://web-1')).rejects.toThrow(
      'several regions: OS_REGION_NAME says which, north, south',
    );
    await visit('openstack://web-1', { variables: { ...variables, OS_REGION_NAME: 'south' } });
    const west = { ...variables, OS_REGION_NAME: 'west' };
    await expect(visit('openstack://web-1', { variables: west })).rejects.toThrow(
      'no compute service at its public interface',
    );
  });

  test('Keystone 2, or something that is no Keystone', async () => {
    const at = (url: string) => visit('openstack://web-1', { variables: { ...variables, OS_AUTH_URL: url } });
    await expect(at(`http://${cloud.authority}/identity/v2.0`)).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(at(`http://${cloud.authority}/`)).rejects.toThrow('is this the address of Keystone (auth_url)?');
  });
});

describe('clouds.yaml', () => {
  const write = (name: string, text: string) => {
    mkdirSync(path.join(scratch, '.config/openstack'), { recursive: true });
    writeFileSync(path.join(scratch, '.config/openstack', name), text);
  };

  test('by name, by OS_CLOUD, with a secure.yaml beside it', async () => {
    const auth = `auth_url: http://${cloud.authority}/identity/v3\n      username: ci\n      project_name: demo\n`;
    write(
      'clouds.yaml',
      `clouds:\n  lab:\n    auth:\n      ${auth}    region_name: RegionOne\n  other:\n    profile: vexxhost\n`,
    );
    write('secure.yaml', `clouds:\n  lab:\n    auth:\n      password: ${PASSWORD}\n`);
    const own = { HOME: scratch };
    await visit('openstack://web-1?cloud=lab', { variables: own });
    await visit('openstack://web-1', { variables: { ...own, OS_CLOUD: 'lab' } });
    const file = path.join(scratch, '.config/openstack/clouds.yaml');
    await visit('openstack://web-1?cloud=lab', { variables: { HOME: '/nonexistent', OS_CLIENT_CONFIG_FILE: file } });
    expect((await listMachines('openstack:?cloud=lab', { variables: own }))[0]?.address).toBe(
      `openstack://${idOf('web-1')}?cloud=lab`,
    );
    for (const [name, message] of [
      [undefined, 'which cloud is meant; there are lab, other (OS_CLOUD, ?cloud=NAME)'],
      ['lba', 'no cloud called "lba"; there are lab, other'],
      ['other', 'leaves auth_url to the profile "vexxhost": write it out'],
    ] as const) {
      const asked = visit('openstack://web-1', { variables: { ...own, ...(name && { OS_CLOUD: name }) } });
      await expect(asked).rejects.toMatchObject({ code: 'BAD_CONFIG', message: expect.stringContaining(message) });
    }
  });

  test('that is none tells where, and nothing of what it holds', async () => {
    write('clouds.yaml', `clouds:\n  lab:\n    auth: {password: ${PASSWORD}\n`);
    const error = await visit('openstack://web-1', { variables: { HOME: scratch } }).catch((caught) => caught);
    expect(error.message).toMatch(/clouds\.yaml: no valid YAML, the fault is found in line \d/);
    expect(error.message).not.toContain(PASSWORD);
    rmSync(path.join(scratch, '.config'), { recursive: true });
    await expect(visit('openstack://web-1', { variables: { HOME: scratch } })).rejects.toThrow(
      'and no clouds.yaml; looked for',
    );
  });
});

describe('the console', () => {
  test('of a server by id, and by a name that is no expression and no part of another', async () => {
    await visit(`openstack://${idOf('web-1')}`);
    await visit('openstack://a.b');
    expect(project.consoles.at(-1)?.server.name).toBe('a.b');
    await expect(visit('openstack://web')).rejects.toThrow('there is no server "web" in this project');
    await expect(visit('openstack://twin')).rejects.toMatchObject({
      code: 'BAD_ADDRESS',
      message: expect.stringContaining('use one of'),
    });
    await expect(visit(`openstack://${randomUUID()}`)).rejects.toThrow('there is no server');
  });

  test('of a Nova that has no remote-consoles yet', async () => {
    await restart({ microversion: '2.1' });
    await visit('openstack://web-1');
  });

  test.each(['/vnc_lite.html?path=novnc', '/vnc_auto.html', '/novnc/vnc.html'])('whose page is %s', async (page) => {
    await restart({ page });
    await visit('openstack://web-1');
  });

  test('behind a proxy that logs in at the hypervisor', async () => {
    await restart({ securityProxy: true });
    await visit('openstack://web-1');
  });

  test('a page for a browser', async () => {
    const url = await consoleUrl('openstack://web-1', { variables });
    expect(url).toBe(`http://${cloud.authority}/vnc_lite.html?path=%3Ftoken%3D${project.consoles.at(-1)?.token}`);
    await visit(url, {});
  });
});

describe('a client that knows less fails', () => {
  const compute = async (pathname: string, body: object, headers: Record<string, string> = {}) => {
    const [token = ''] = project.tokens;
    const all = { 'x-auth-token': token, 'content-type': 'application/json', ...headers };
    return await fetch(`http://${cloud.authority}/compute/v2.1${pathname}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: all,
    });
  };
  const wanted = { remote_console: { protocol: 'vnc', type: 'novnc' } };
  const hungUp = { code: 'CONNECTION_LOST' };

  /** What comes first through the proxy's websocket. */
  async function first(target: string, options: object = {}): Promise<string> {
    const { pipe } = await openAddress(target, options);
    try {
      for await (const chunk of pipe.incoming) return Buffer.from(chunk).toString();
      return 'nothing';
    } finally {
      await pipe.close();
    }
  }

  test('that asks without a microversion, or with one that is too new', async () => {
    await listMachines('openstack:', { variables });
    const consoles = `/servers/${idOf('web-1')}/remote-consoles`;
    expect((await compute(consoles, wanted)).status).toBe(404);
    expect((await compute(consoles, wanted, { 'openstack-api-version': 'compute 2.999' })).status).toBe(406);
    expect((await compute(consoles, wanted, { 'x-openstack-nova-api-version': '2.6' })).status).toBe(200);
  });

  test('that takes the token out of the wrong part of the page, sends an Origin, or comes too late', async () => {
    const page = await consoleUrl('openstack://web-1', { variables });
    const socket = `ws://${cloud.authority}/?token=${project.consoles.at(-1)?.token}`;
    expect(await first(socket)).toBe('RFB 003.008\n');
    expect(
      await first(`ws://${cloud.authority}/`, { headers: { Cookie: `x=y; token=${project.consoles.at(-1)?.token}` } }),
    ).toBe('RFB 003.008\n');
    expect(await first(socket, { headers: { Origin: `http://${cloud.authority}` } })).toBe('RFB 003.008\n');
    // 101, and then the end.
    expect(await first(`ws${page.slice(4)}`)).toBe('nothing');
    expect(await first(socket, { headers: { Origin: 'https://tools.example' } })).toBe('nothing');
    await expect(first(socket, { subprotocol: 'base64' })).rejects.toThrow(/answered 400 Invalid protocol selected/);
    const console = project.consoles.at(-1);
    if (console === undefined) throw new Error('no console');
    project.consoles.splice(0, project.consoles.length, { ...console, expires: 0 });
    expect(await first(socket)).toBe('nothing');
  });

  test('and ours tells why there was nothing', async () => {
    await restart({ tokenLifeMs: -1 });
    await expect(visit('openstack://web-1')).rejects.toMatchObject({
      ...hungUp,
      phase: 'greeting',
      message: expect.stringMatching(
        /took the websocket of openstack:\/\/web-1 and hung up without a word: .*has expired/,
      ),
    });
  });

  test('that speaks RFB 3.3 to the security proxy', async () => {
    await restart({ securityProxy: true });
    await consoleUrl('openstack://web-1', { variables });
    const { pipe } = await openAddress(`ws://${cloud.authority}/?token=${project.consoles.at(-1)?.token}`);
    await pipe.write(Buffer.from('RFB 003.003\n'));
    let text = '';
    await (async () => {
      for await (const chunk of pipe.incoming) text += Buffer.from(chunk).toString();
    })().catch(() => {});
    expect(text).toBe('RFB 003.008\n');
    await pipe.close();
  });
});

describe('machines', () => {
  test('all pages, whatever their links say', async () => {
    await restart({ pageSize: 3 });
    const all = await listMachines('openstack:', { variables });
    expect(all.map(({ name }) => name)).toEqual(['web-1', 'web-10', 'a.b', 'axb', 'spare-1', 'twin', 'twin']);
    expect(all[4]).toEqual({
      id: idOf('spare-1'),
      name: 'spare-1',
      state: 'SHUTOFF',
      console: 'vnc',
      address: `openstack://${idOf('spare-1')}`,
      host: 'nova',
    });
  });

  test('power, waited for until Nova has nothing left to do', async () => {
    const state = async () => (await listMachines('openstack://web-1', { variables }))[0]?.state;
    for (const [action, wanted] of [
      ['reset', 'ACTIVE'],
      ['shutdown', 'SHUTOFF'],
      ['off', 'SHUTOFF'],
      ['on', 'ACTIVE'],
    ] as const) {
      await power('openstack://web-1', action, { variables });
      expect(await state()).toBe(wanted);
    }
    await expect(power('openstack://spare-1', 'reboot', { variables })).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringContaining("Cannot 'reboot' instance"),
    });
    const [server] = project.options.servers;
    if (server === undefined) throw new Error('no server');
    server.status = 'SHUTOFF';
    server.task = { name: 'powering-on', to: 'ERROR', polls: 1 };
    project.failures.push(new ServiceError(202, 'accepted', ''));
    await expect(power('openstack://web-1', 'on', { variables })).rejects.toThrow(
      'on failed: No valid host was found.',
    );
  });
});

test.each([
  [400, 'badRequest', 10, 'has no VNC consoles'],
  [401, 'error', 3, 'the token was not accepted'],
  [403, 'forbidden', 3, 'the role that was given in this project does not allow it'],
  [409, 'conflictingRequest', 10, 'the server has to run, and to be built'],
  [429, 'overLimit', 10, 'too many requests'],
  [500, 'computeFault', 10, 'the cloud has trouble'],
  [501, 'notImplemented', 10, 'has no VNC consoles'],
])('%i %s: %i', async (status, kind, exitCode, remedy) => {
  project.failures.push(new ServiceError(status, kind, 'no'));
  const error = await visit('openstack://web-1').catch((caught) => caught);
  expect(error.message).toContain(`answered ${status} (no) while asking for the console of openstack://web-1: `);
  expect(error.message).toContain(remedy);
  expect(exitCodeOf(error)).toBe(exitCode);
});

test('a server that is off has no console', async () => {
  const error = await visit('openstack://spare-1').catch((caught) => caught);
  expect(error.message).toMatch(/409 \(Instance \S+ is not ready\).*the server has to run/);
  expect(exitCodeOf(error)).toBe(10);
});
