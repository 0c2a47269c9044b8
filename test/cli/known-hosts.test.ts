import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { knownHosts, knownHostsFile } from '../../src/cli/known-hosts.ts';
import type { ServerKey } from '../../src/rfb/protocol/security/server-key.ts';
import { scratchFolder } from '../support/scratch.ts';

const key = (digit: string, server = '192.0.2.7:5901'): ServerKey => ({
  ...{ server, algorithm: 'rsa', bits: 2048, fingerprint: `sha256:${digit.repeat(64)}`, shownAs: '01-23' },
});

const scratch = scratchFolder('known-hosts');
let runs = 0;
let env: NodeJS.ProcessEnv = {};
let file = '';
let warnings: string[] = [];
const onWarning = (message: string) => {
  warnings.push(message);
};
const check = (insecure = false) => knownHosts(env, { insecure, onWarning });

beforeEach(async () => {
  env = { XDG_STATE_HOME: path.join(scratch, String(runs++)) };
  file = knownHostsFile(env);
  warnings = [];
});

test('the file is below XDG_STATE_HOME, else below the home directory', () => {
  expect(knownHostsFile({ XDG_STATE_HOME: '/state' })).toBe('/state/rfbctl/known-hosts');
  expect(knownHostsFile({ XDG_STATE_HOME: 'relative', HOME: '/home/me' })).toBe(
    '/home/me/.local/state/rfbctl/known-hosts',
  );
  expect(knownHostsFile({ HOME: '/home/me' })).toBe('/home/me/.local/state/rfbctl/known-hosts');
});

test('a key is remembered the first time, and known the next', async () => {
  expect(await check()(key('a'))).toBe(false);
  expect(warnings).toEqual([expect.stringMatching(/was not known: it is sha256:a+ .*01-23.*known-hosts remembers it/)]);
  expect(await readFile(file, 'utf8')).toBe(`192.0.2.7:5901 rsa sha256:${'a'.repeat(64)}\n`);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await check()(key('a'))).toBe(true);
  expect(warnings).toHaveLength(1);
});

test('another key of the same server is refused, that of another server is not', async () => {
  await check()(key('a', 'one:1'));
  await check()(key('b', 'two:1'));
  await expect(check()(key('c', 'two:1'))).rejects.toMatchObject({
    name: 'ConnectionError',
    code: 'SERVER_KEY_UNTRUSTED',
    message: expect.stringMatching(/got sha256:c+, known is sha256:b+ \(.*known-hosts, line 2\)/),
  });
  expect(await check()(key('b', 'two:1'))).toBe(true);
});

test('comments, empty lines and several keys of a server are read', async () => {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    `# mine\n\n one:1  rsa sha256:${'a'.repeat(64)}\r\none:1 rsa sha256:${'b'.repeat(64)}\nhalf a line\n`,
  );
  expect(await check()(key('b', 'one:1'))).toBe(true);
  await expect(check()(key('c', 'one:1'))).rejects.toThrow('line 3');
});

test('insecure takes any and remembers none', async () => {
  expect(await check(true)(key('a'))).toBe(false);
  expect(warnings).toEqual([expect.stringContaining('is not checked')]);
  await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
});

describe('a place that cannot be used', () => {
  test('because a file is in the way: a usage error', async () => {
    await mkdir(path.dirname(path.dirname(file)), { recursive: true });
    await writeFile(path.dirname(file), 'in the way');
    await expect(check()(key('a'))).rejects.toMatchObject({ code: 'BAD_CONFIG' });
  });

  test.skipIf(process.getuid?.() === 0)('to read: a usage error', async () => {
    await check()(key('a'));
    await chmod(file, 0);
    await expect(check()(key('a'))).rejects.toMatchObject({ code: 'BAD_CONFIG' });
  });
});
