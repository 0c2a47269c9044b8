import { afterEach, expect, test, vi } from 'vitest';
import { connect } from '../../../src/automation/console.ts';
import type { ProxmoxEmulation } from '../../../src/emulators/proxmox/index.ts';
import { sceneScreen } from '../../../src/emulators/proxmox/machines.ts';
import type { ProxmoxOptions } from '../../../src/emulators/proxmox/options.ts';
import type { Credentials } from '../../../src/rfb/protocol/security/security-type.ts';
import { listMachines } from '../../../src/transports/index.ts';
import type { OpenOptions } from '../../../src/transports/transport.ts';
import { emulate, machine, ROOT, TOKEN } from '../../support/proxmox.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(options: ProxmoxOptions = {}): Promise<ProxmoxEmulation> {
  const emulation = await emulate({ machines: [machine(101, { screen: sceneScreen('login') })], ...options });
  cleanups.push(emulation.close);
  return emulation;
}

/** Whether these credentials get in; what was asked for is kept. */
function getIn(emulation: ProxmoxEmulation, { user = '', ...options }: OpenOptions & { user?: string }) {
  const address = emulation.address.replace('//', `//${user}`);
  return listMachines(address, { tls: { ca: emulation.ca }, ...options });
}

/** A person who knows these, and what they were asked. */
function person(known: Credentials) {
  const asked: (readonly string[])[] = [];
  const credentials = (wanted: readonly (keyof Credentials)[]) => {
    asked.push(wanted);
    return known;
  };
  return { asked, credentials };
}

test.each([
  ['a token of bpg/proxmox', { variables: { PROXMOX_VE_API_TOKEN: TOKEN } }],
  [
    'a token of Telmate/proxmox',
    { variables: { PM_API_TOKEN_ID: 'root@pam!ci', PM_API_TOKEN_SECRET: ROOT.tokens.ci } },
  ],
  ['a user of variables', { variables: { PROXMOX_VE_USERNAME: 'root@pam', PROXMOX_VE_PASSWORD: ROOT.password } }],
  ['a user of other variables', { variables: { PM_USER: 'root@pam', PM_PASS: ROOT.password } }],
  ['a user in the address', { user: 'root@pam@', credentials: () => ({ password: ROOT.password }) }],
  ['a token as user', { credentials: () => ({ username: 'root@pam!ci', password: ROOT.tokens.ci }) }],
  [
    'a named user, before a token of variables',
    {
      variables: { PROXMOX_VE_API_TOKEN: 'root@pam!no=no' },
      credentials: () => ({ username: 'root@pam', password: ROOT.password }),
    },
  ],
])('%s', async (_what, options) => {
  expect(await getIn(await started(), options)).toHaveLength(1);
});

test('nobody is asked for a password that variables have', async () => {
  const { asked, credentials } = person({});
  await getIn(await started(), { credentials, variables: { PROXMOX_VE_API_TOKEN: TOKEN } });
  expect(asked).toEqual([['username']]);
});

test.each([
  [{}, 'CREDENTIALS_REQUIRED', /nobody said who to be; wanted a token in PROXMOX_VE_API_TOKEN/],
  [{ credentials: () => ({ username: 'root@pam' }) }, 'CREDENTIALS_REQUIRED', /the password of root@pam is missing/],
  [
    { credentials: () => ({ username: 'root' }) },
    'BAD_OPTION',
    /user "root" has no realm: wanted root@pam or root@pve/,
  ],
  [
    { variables: { PROXMOX_VE_API_TOKEN: ROOT.tokens.ci } },
    'BAD_OPTION',
    /holds no token: wanted user@realm!name=secret/,
  ],
])('what is missing is told: %o', async (options, code, message) => {
  const error = await getIn(await started(), options).catch((caught) => caught);
  expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  expect(error.message).not.toContain(ROOT.tokens.ci);
});

test('a second factor: asked for once, however many consoles there are', async () => {
  const emulation = await started({ accounts: [{ ...ROOT, codes: ['123456'] }] });
  const { asked, credentials } = person({ username: 'root@pam', password: ROOT.password, otp: '123456' });
  const options = { tls: { ca: emulation.ca }, credentials };
  const consoles = await Promise.all([1, 2, 3].map(() => connect(`${emulation.address}/101`, options)));
  for (const console of consoles) await console.close();
  expect(asked.filter((wanted) => wanted.includes('otp'))).toHaveLength(1);
});

test('a second factor that is missing, or wrong', async () => {
  const emulation = await started({ accounts: [{ ...ROOT, codes: ['123456'] }] });
  const root = { username: 'root@pam', password: ROOT.password };
  await expect(getIn(emulation, { credentials: () => root })).rejects.toMatchObject({
    code: 'CREDENTIALS_REQUIRED',
    message: expect.stringMatching(/wants a second factor of root@pam \(totp, recovery\); give its code with --otp/),
  });
  await expect(getIn(emulation, { credentials: () => ({ ...root, otp: '654321' }) })).rejects.toMatchObject({
    code: 'AUTHENTICATION_FAILED',
  });
  expect(await getIn(emulation, { credentials: () => root, variables: { PM_OTP: 'totp:123456' } })).toHaveLength(1);
});

test('tickets are exchanged within their two hours, without a code', async () => {
  let now = Date.now();
  let passed = 0;
  const clock = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => clock() + passed);
  const wait = (minutes: number) => {
    now += minutes * 60_000;
    passed += minutes * 60_000;
  };
  // The code is good once: whoever had to log in again would fail.
  const emulation = await started({ now: () => now, accounts: [{ ...ROOT, codes: ['1'] }] });
  const credentials = () => ({ username: 'root@pam', password: ROOT.password, otp: '1' });
  await getIn(emulation, { credentials });
  for (const minutes of [50, 55, 90, 100]) {
    wait(minutes);
    expect(await getIn(emulation, { credentials })).toHaveLength(1);
  }
  // Nobody remembers a ticket that is too old: the code is wanted, and used up.
  wait(150);
  await expect(getIn(emulation, { credentials })).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
});

test('who does not know the password does not find the ticket of who does', async () => {
  const emulation = await started();
  await getIn(emulation, { credentials: () => ({ username: 'root@pam', password: ROOT.password }) });
  const other = getIn(emulation, { credentials: () => ({ username: 'root@pam', password: 'guess' }) });
  await expect(other).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
});

test('somebody else’s deadline ends no login but theirs', async () => {
  const emulation = await started();
  const credentials = () => ({ username: 'root@pam', password: ROOT.password });
  const abort = new AbortController();
  const first = getIn(emulation, { credentials, signal: abort.signal });
  const second = getIn(emulation, { credentials });
  await Promise.resolve();
  abort.abort(new Error('mine'));
  await expect(first).rejects.toThrow('mine');
  expect(await second).toHaveLength(1);
});
