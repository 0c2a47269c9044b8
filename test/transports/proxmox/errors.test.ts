import { afterEach, describe, expect, test } from 'vitest';
import { connect } from '../../../src/automation/console.ts';
import { errorDocument } from '../../../src/cli/error-report.ts';
import { sceneScreen } from '../../../src/emulators/proxmox/machines.ts';
import type { ProxmoxOptions } from '../../../src/emulators/proxmox/options.ts';
import { listMachines, power } from '../../../src/transports/index.ts';
import { failureOf } from '../../../src/transports/proxmox/failures.ts';
import { emulate, machine, ROOT, TOKEN, withToken } from '../../support/proxmox.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(options: ProxmoxOptions = {}) {
  const emulation = await emulate({
    machines: [
      machine(101, { screen: sceneScreen('login') }),
      machine(102, { state: 'stopped', name: 'off' }),
      machine(103, { name: 'twin' }),
      machine(104, { name: 'twin', node: 'pve2' }),
    ],
    ...options,
  });
  cleanups.push(emulation.close);
  return emulation;
}

/** What the command line makes of it. */
const failure = async (work: Promise<unknown>) => {
  const error = await work.catch((caught) => caught);
  const document = errorDocument(error).error;
  expect(document.message).not.toContain('\n');
  expect(document.message.length, document.message).toBeLessThan(450);
  for (const secret of [ROOT.password, ROOT.tokens.ci]) expect(JSON.stringify(document)).not.toContain(secret);
  return document;
};

const user = (password: string) => ({ credentials: { username: 'root@pam', password }, variables: {} });

test.each([
  [
    'bad login',
    '/101',
    user('Wr0ngOne'),
    3,
    /401 authentication failure while logging in as root@pam: check user, realm/,
  ],
  [
    'unknown token',
    '/101',
    { variables: { PROXMOX_VE_API_TOKEN: 'root@pam!no=x' } },
    3,
    /401 no such token 'no'.*check the id/,
  ],
  [
    'wrong token',
    '/101',
    { variables: { PROXMOX_VE_API_TOKEN: 'root@pam!ci=x' } },
    3,
    /401 invalid token value!.*the secret of the token/,
  ],
  [
    'no such id',
    '/999',
    {},
    10,
    /has no machine "999" that root@pam!ci may see \(VM\.Audit\): 101 \(vm101\), 102 \(off\)/,
  ],
  [
    'no such machine on that node',
    '/nodes/pve2/qemu/101',
    {},
    10,
    /500 Configuration file .* does not exist.*rfbctl list says/,
  ],
  ['stopped', '/off', {}, 10, /machine 102 is stopped, and has no console: rfbctl power proxmox:.*\/off on$/],
  ['several of a name', '/twin', {}, 2, /several machines called "twin": use one of 103, 104/],
  ['no machine', '', {}, 2, /names no machine: wanted proxmox:.*\/VMID or .*; rfbctl list says which/],
  ['a node by token', '/nodes/pve1', {}, 2, /no VNC for an API token: log in as a user, or use rfbctl term/],
] as const)('%s', async (_what, path, options, exitCode, message) => {
  const emulation = await started();
  const attempt = connect(`${emulation.address}${path}`, { ...withToken(emulation), ...options });
  expect(await failure(attempt)).toMatchObject({
    exitCode,
    message: expect.stringMatching(message),
    phase: expect.anything(),
  });
});

test('rights that are missing: which, and where', async () => {
  const rights = { '/vms': ['VM.Audit'] };
  const emulation = await started({ accounts: [{ ...ROOT, rights }] });
  expect(await failure(connect(`${emulation.address}/101`, withToken(emulation)))).toMatchObject({
    exitCode: 3,
    reason: 'Permission check failed (/vms/101, VM.Console)',
    message: expect.stringMatching(/the token itself when its privileges are separate, lacks this right there/),
  });
  expect(await failure(power(`${emulation.address}/102`, 'on', withToken(emulation)))).toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('(/vms/102, VM.PowerMgmt)'),
  });
  const blind = await started({ accounts: [{ ...ROOT, rights: { '/vms/101': ['VM.Console'] } }] });
  expect(await listMachines(blind.address, withToken(blind))).toEqual([]);
  expect(await failure(connect(`${blind.address}/101`, withToken(blind)))).toMatchObject({
    exitCode: 10,
    message: expect.stringMatching(/may see \(VM\.Audit\): none at all$/),
  });
  // Where it is told, nobody has to look.
  await (await connect(`${blind.address}/nodes/pve1/qemu/101`, withToken(blind))).close();
});

test('power: what is so already is left alone, what cannot be is told', async () => {
  const done: string[] = [];
  const onPower = (command: string) => {
    done.push(command);
    if (command === 'reset') throw new Error('VM is locked (backup)');
  };
  const emulation = await started({
    machines: [machine(101, { onPower }), machine(102, { state: 'stopped', onPower }), machine(200, { type: 'lxc' })],
  });
  const switched = (path: string, action: 'on' | 'off' | 'shutdown' | 'reset' | 'reboot') =>
    power(`${emulation.address}${path}`, action, withToken(emulation));
  await switched('/101', 'on');
  await switched('/102', 'off');
  expect(done).toEqual([]);
  await switched('/102', 'on');
  await switched('/102', 'reboot');
  await switched('/102', 'shutdown');
  expect(done).toEqual(['start', 'reboot', 'shutdown']);
  expect(await failure(switched('/102', 'reset'))).toMatchObject({
    exitCode: 30,
    message: expect.stringContaining('is stopped and cannot reset'),
  });
  expect(await failure(switched('/101', 'reset'))).toMatchObject({
    exitCode: 30,
    message: expect.stringContaining('reset failed: VM is locked (backup)'),
  });
  expect(await failure(switched('/200', 'reset'))).toMatchObject({
    exitCode: 30,
    message: expect.stringContaining('container and has no reset'),
  });
  expect(await failure(switched('/nodes/pve1', 'off'))).toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('only machines are switched'),
  });
});

test('a certificate that is not known: nothing was sent before', async () => {
  const emulation = await started();
  const attempt = connect(`${emulation.address}/101`, { variables: { PROXMOX_VE_API_TOKEN: TOKEN } });
  expect(await failure(attempt)).toMatchObject({ exitCode: 10, code: 'TLS_UNTRUSTED' });
  const [, pin = ''] = emulation.options;
  const { variables } = withToken(emulation);
  await (await connect(`${emulation.address}/101`, { variables, tls: { pin } })).close();
  const warnings: string[] = [];
  const insecure = { variables, tls: { insecure: true }, onWarning: (message: string) => warnings.push(message) };
  await (await connect(`${emulation.address}/101`, insecure)).close();
  expect(warnings).toHaveLength(1);
});

test('a console that nobody opens: what was awaited', async () => {
  const emulation = await started({ times: { accept: 0 } });
  const attempt = connect(`${emulation.address}/101`, { ...withToken(emulation), connectTimeoutMs: 5000 });
  expect(await failure(attempt)).toMatchObject({
    exitCode: 40,
    message: expect.stringMatching(/still opening the websocket of machine 101 at 127\.0\.0\.1:\d+ after 5 s/),
  });
});

/** Answers that this emulator has no occasion for, by the status line that Proxmox VE has for them. */
describe('the other lines of the table', () => {
  test.each([
    [401, 'No ticket', 3, /neither login nor token has arrived: does a proxy in between drop cookies/],
    [401, 'Authentication failed!', 3, /check user, realm/],
    [401, 'Permission denied - invalid csrf token', 3, /the login is too old, or of another user/],
    [401, 'permission denied - invalid PVEVNC ticket', 3, /is a load balancer in between, are the clocks/],
    [
      403,
      "Permission check failed (URI '/access/ticket' not available with API token, need proper ticket.)",
      3,
      /it needs the login of a user/,
    ],
    [
      400,
      'Parameter verification failed.',
      10,
      /\(foo: no such property\) while asking: this version of Proxmox VE wants something else/,
    ],
    [500, "Timeout while waiting for port '5900' to get ready!", 10, /the node is busy, try again/],
    [500, 'unable to find free port (5900-6000)', 10, /a hundred ports for consoles, and all are taken/],
    [500, "value 'root@pam!ci' does not look like a valid user name", 10, /it needs the login of a user/],
    [500, 'LC_PVE_TICKET not set, VNC proxy without password is forbidden', 10, /update qemu-server/],
    [501, "Method 'GET /x' not implemented", 10, /is this the API of Proxmox VE \(port 8006\)/],
    [
      595,
      'Errors during connection establishment, proxy handshake: Connection refused',
      10,
      /that node cannot be reached/,
    ],
    [301, 'Moved Permanently', 10, /wanted an answer, not another address/],
    [500, '', 10, /answered 500 without a reason while asking: the task log/],
  ])('%i %s', async (status, reason, exitCode, message) => {
    const body = status === 400 ? '{"errors":{"foo":"no such property"},"data":null}' : '';
    const error = failureOf({ status, reason, body }, { where: 'pve:8006', doing: 'asking' });
    expect(await failure(Promise.reject(error))).toMatchObject({ exitCode, message: expect.stringMatching(message) });
  });
});
