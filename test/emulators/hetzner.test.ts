import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { serverOf } from '../../src/emulators/console-stream.ts';
import { startHetzner } from '../../src/emulators/hetzner/index.ts';
import { ApiError, Project, type ProjectOptions } from '../../src/emulators/hetzner/project.ts';
import type { HttpServer } from '../../src/emulators/http-server.ts';
import { connect } from '../../src/index.ts';
import { type Listening, serve } from '../../src/server/listen.ts';
import { consoleUrl, listMachines, openAddress, power } from '../../src/transports/index.ts';
import { resolveNovncPage } from '../../src/transports/novnc-page.ts';

const TOKEN = 'hunter2'.padEnd(64, 'x');
let console: Listening;
let project: Project;
let api: HttpServer;
let variables: Record<string, string>;

beforeEach(async () => {
  console = await serve({ scene: 'login' });
  await restart({});
});
afterEach(async () => {
  await Promise.all([api.close(), console.close()]);
});

async function restart(options: Partial<ProjectOptions>): Promise<void> {
  await api?.close();
  const connect = serverOf(console);
  const names = ['web-1', 'web-10', '44', 'spare-1', 'db'];
  const servers = names.map((name, i) => {
    const status = name === 'spare-1' ? ('off' as const) : ('running' as const);
    return { id: 42 + i, name, status, connect };
  });
  project = new Project({ token: TOKEN, readOnlyToken: 'read-only', servers, ...options });
  api = await startHetzner(project);
  variables = { HCLOUD_TOKEN: TOKEN, HCLOUD_ENDPOINT: `http://${api.authority}/v1` };
}

const failing = (status: number, code: string) => new ApiError(status, code, 'no', { 'retry-after': '0' });

/** Opens a console, closes it, and gives what it had to say. */
async function visit(address: string, more: object = {}): Promise<string[]> {
  const said: string[] = [];
  await using vm = await connect(address, { variables, onWarning: (message) => said.push(message), ...more });
  expect(vm.width).toBe(720);
  return said;
}

describe('the console', () => {
  test('by name and by id: an action that is waited for, a password cut without a word', async () => {
    expect(await visit('hetzner://web-1')).toEqual([]);
    expect(await visit('hetzner://42')).toEqual([]);
    expect([...project.actions.values()].map(({ status, polls }) => ({ status, polls }))).toEqual([
      { status: 'success', polls: 2 },
      { status: 'success', polls: 2 },
    ]);
  });

  test('a token of the caller goes before the variable', async () => {
    expect(await visit('hetzner://db', { token: TOKEN, variables: { ...variables, HCLOUD_TOKEN: 'another' } })).toEqual(
      [],
    );
  });

  test('an action that fails, and one that is told to be tried again', async () => {
    project.failingActions.push({ code: 'host_error', message: 'the host\nis gone' });
    await expect(visit('hetzner://web-1')).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining(
        'failed while asking for the console of hetzner://web-1: host_error, the host is gone',
      ),
    });
    project.failures.push(failing(502, 'bad_gateway'), failing(504, 'timeout'), failing(409, 'conflict'));
    expect(await visit('hetzner://web-1')).toEqual([]);
  });

  test('the quota: the headers say when there is more', async () => {
    for (let i = 0; i < 3600; i++) project.charge();
    const doing: string[] = [];
    const listing = listMachines('hetzner:', { variables, onProgress: (what) => doing.push(what) });
    expect(await listing).toHaveLength(5);
    expect(doing).toContain(`told rate_limit_exceeded by ${api.authority}, waiting to ask again`);
  });
});

describe('a client that knows less fails', () => {
  const greeting = async (url: string) => {
    const { pipe } = await openAddress(url);
    await pipe.close();
  };
  async function ticket(): Promise<string> {
    const server = project.servers[0];
    if (server === undefined) throw new Error('no server');
    return `ws://${api.authority}${project.openConsole(server).path}`;
  }

  test('that reads the URL and writes it again, or adds to it', async () => {
    const url = await ticket();
    const parsed = new URL(url);
    parsed.search = new URLSearchParams(parsed.searchParams).toString();
    for (const other of [parsed.href, `${url}&resize=1`, url.replace('+', '%2B')]) {
      expect(other).not.toBe(url);
      await expect(greeting(other)).rejects.toThrow(/answered 401 /);
    }
    await greeting(url);
  });

  test('that comes after the minute', async () => {
    await restart({ urlLifeMs: 0 });
    const url = await ticket();
    await expect.poll(() => greeting(url).catch(({ message }: Error) => message)).toMatch(/answered 401 /);
  });

  test('that takes the token of the API along', async () => {
    await expect(openAddress(await ticket(), { token: TOKEN })).rejects.toThrow(/answered 400 /);
  });

  test('that uses no password, or another one', async () => {
    for (const password of ['another', undefined]) {
      const opening = connect(await ticket(), { credentials: { password } });
      await expect(opening).rejects.toMatchObject({ name: 'AuthenticationError', phase: 'security' });
    }
  });

  test('that takes a part of a name for the name', async () => {
    await expect(visit('hetzner://web')).rejects.toThrow(
      'there is no server called "web" in the project of this token',
    );
  });
});

describe('machines', () => {
  test('all pages, one of them, each with its address', async () => {
    await restart({ pageSize: 2 });
    const all = await listMachines('hetzner:', { variables });
    expect(all.map(({ name, state, address }) => [name, state, address])).toEqual([
      ['web-1', 'running', 'hetzner://42'],
      ['web-10', 'running', 'hetzner://43'],
      ['44', 'running', 'hetzner://44'],
      ['spare-1', 'off', 'hetzner://45'],
      ['db', 'running', 'hetzner://46'],
    ]);
    expect(await listMachines('hetzner://web-1', { variables })).toEqual([
      { id: '42', name: 'web-1', state: 'running', console: 'vnc', address: 'hetzner://42', host: 'fsn1' },
    ]);
    expect(await listMachines('hetzner:', { variables: { ...variables, HCLOUD_TOKEN: 'read-only' } })).toHaveLength(5);
  });

  test('power, as far as the server is in a state for it', async () => {
    const state = () => project.servers[0]?.status;
    for (const [action, wanted] of [
      ['reset', 'running'],
      ['reboot', 'running'],
      ['shutdown', 'off'],
      ['on', 'running'],
      ['off', 'off'],
    ] as const) {
      await power('hetzner://web-1', action, { variables });
      expect(state()).toBe(wanted);
    }
    const before = project.actions.size;
    for (const action of ['off', 'shutdown'] as const) await power('hetzner://web-1', action, { variables });
    expect(project.actions.size, 'what is off is left alone').toBe(before);
    await expect(power('hetzner://web-1', 'reboot', { variables })).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringMatching(/412 precondition_failed \(server is off\).*the server is in another state/),
    });
    project.failingActions.push({ code: 'action_failed', message: 'no room' });
    await expect(power('hetzner://web-1', 'on', { variables })).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringContaining('action_failed, no room'),
    });
  });

  test('an action under way: waited for, and told when it does not end', async () => {
    project.failures.push(failing(423, 'locked'), failing(423, 'locked'));
    await power('hetzner://42', 'off', { variables });
    project.failures.push(...Array.from({ length: 5 }, () => failing(423, 'locked')));
    await expect(power('hetzner://42', 'on', { variables })).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringMatching(/answered 423 locked .*5 times .*another action is under way on this server/),
    });
  });

  test('an answer that was lost may have been an action: it is not repeated', async () => {
    project.failures.push(failing(504, 'timeout'));
    await expect(power('hetzner://42', 'reset', { variables })).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
    expect(project.actions.size).toBe(0);
  });
});

describe('errors: what the API says, what is to be done, the exit code', () => {
  test.each([
    [401, 'unauthorized', 3, 'the token in HCLOUD_TOKEN is unknown'],
    [403, 'forbidden', 3, 'the token has no permission for it'],
    [403, 'token_readonly', 3, 'the token may only read: make one with permission to read and write'],
    [404, 'not_found', 10, 'the token belongs to another project'],
    [409, 'conflict', 10, 'something else changed it at the same time'],
    [412, 'precondition_failed', 10, 'the server is in another state'],
    [423, 'locked', 10, 'another action is under way'],
    [429, 'rate_limit_exceeded', 10, 'too many requests with this token: all are there again at '],
    [502, 'bad_gateway', 10, 'the provider has trouble'],
    [503, 'maintenance', 10, 'the provider is at maintenance'],
    [504, 'timeout', 10, 'the provider has trouble'],
  ])('%i %s: %i', async (status, code, exitCode, remedy) => {
    project.failures.push(...Array.from({ length: 5 }, () => failing(status, code)));
    const error = await visit('hetzner://42').catch((caught) => caught);
    expect(error.message).toContain(`answered ${status} ${code} (no)`);
    expect(error.message).toContain(`while asking for the console of hetzner://42: ${remedy}`);
    expect(error.phase).toBe('connect');
    expect(exitCodeOf(error)).toBe(exitCode);
  });

  test('a token that may only read', async () => {
    await expect(visit('hetzner://42', { token: 'read-only' })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringContaining('403 token_readonly'),
    });
  });

  test('what is missing or wrong before anything is asked', async () => {
    await expect(visit('hetzner://42', { variables: {} })).rejects.toMatchObject({ code: 'CREDENTIALS_REQUIRED' });
    const bad = { HCLOUD_TOKEN: TOKEN, HCLOUD_ENDPOINT: 'api.hetzner.cloud' };
    await expect(visit('hetzner://42', { variables: bad })).rejects.toMatchObject({ code: 'BAD_OPTION' });
    await expect(visit('hetzner:')).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
    await expect(visit('hetzner://42/x')).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
  });
});

describe('a URL for a browser', () => {
  test('a noVNC page opens what the API gave, with all that is secret behind #', async () => {
    const page = 'https://tools.example/novnc/vnc.html?x=1#old';
    const url = new URL(await consoleUrl('hetzner://web-1', { variables, page }));
    const [ticket] = project.tickets;
    if (ticket === undefined) throw new Error('no console was asked for');
    expect(url.href.split('#')[0]).toBe('https://tools.example/novnc/vnc.html?x=1');
    expect(url.hash).not.toContain(ticket.path);
    const target = resolveNovncPage(url, url.href);
    expect(target.url.href).toBe(`ws://${api.authority}${ticket.path}`);
    expect(target.password).toBe(ticket.password);
    await using vm = await connect(url.href);
    expect(vm.width).toBe(720);
  });

  test('that needs a page, and a page that is one', async () => {
    await expect(consoleUrl('hetzner://web-1', { variables })).rejects.toThrow('wanted a noVNC page to show it');
    await expect(consoleUrl('hetzner://web-1', { variables, page: 'vnc.html' })).rejects.toThrow(
      'the page is no web page',
    );
    await expect(consoleUrl('demo:')).rejects.toThrow('no browser can open this console; wanted wss://');
    const page = 'https://tools.example/vnc.html';
    expect(await consoleUrl('wss://h/x?t={token}', { page, token: 'a b' })).toBe(
      `${page}#host=h&port=443&encrypt=1&path=x%3Ft%3Da%2520b&autoconnect=1&resize=scale`,
    );
    await expect(consoleUrl('wss://h/x', { page, token: 'a b' })).rejects.toThrow('no browser can send headers');
  });
});
