import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, serve } from '../../src/server/listen.ts';
import { clientCertificate } from '../support/pipe-servers.ts';
import { fail, rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

let server: Listening;
beforeAll(async () => {
  server = await serve({ password: SECRETS.password });
});
afterAll(() => server.close());

/** The environment of somebody with this configuration file. */
function configured(config: unknown, mode = 0o644): { env: Record<string, string>; folder: string } {
  const home = mkdtempSync(path.join(scratch, 'config-'));
  const folder = path.join(home, 'rfbctl');
  mkdirSync(folder);
  const file = path.join(folder, 'config.json');
  writeFileSync(file, typeof config === 'string' ? config : JSON.stringify(config));
  chmodSync(file, mode);
  return { env: { XDG_CONFIG_HOME: home }, folder };
}

const targets = (lab: unknown) => ({ targets: { lab } });
const address = () => `127.0.0.1::${server.port}`;
const move = ['move', '@lab', '1,2', '--json'];
const MOVED = '{"x":1,"y":2}\n';

describe.concurrent('a target of the configuration file', () => {
  test('its password file is found beside the configuration file', async () => {
    const { env, folder } = configured(targets({ address: address(), passwordFile: 'secret', timeout: '20s' }));
    writeFileSync(path.join(folder, 'secret'), SECRETS.password);
    expect(await succeed(move, { env })).toBe(MOVED);
  });

  test('a command for the password', async () => {
    const { env } = configured(
      targets({ address: address(), passwordCommand: `printf '%s\\n' '${SECRETS.password}'` }),
    );
    expect(await succeed(move, { env })).toBe(MOVED);
  });

  test('its password, when nobody else may read the file', async () => {
    const { env } = configured(targets({ address: address(), password: SECRETS.password }), 0o600);
    expect(await succeed(move, { env })).toBe(MOVED);
  });

  test('its password is refused when others may: with the command that helps', async () => {
    const { env } = configured(targets({ address: address(), password: SECRETS.password }), 0o640);
    await fail(
      move,
      {
        exitCode: 2,
        code: 'BAD_CONFIG',
        line: /config\.json: targets\.lab\.password: other users may read the file \(mode 640\): chmod 600 \/.*config\.json$/m,
      },
      { env },
    );
  });

  test('flag before environment before file', async () => {
    const { env } = configured(targets({ address: address(), password: SECRETS.wrong, timeout: '1ms' }), 0o600);
    const wrong = path.join(scratch, 'wrong-password');
    writeFileSync(wrong, SECRETS.wrong);
    const variables = { ...env, RFBCTL_PASSWORD: SECRETS.password, RFBCTL_TIMEOUT: '20s' };
    expect(await succeed(move, { env: variables })).toBe(MOVED);
    const denied = await rfbctl([...move, '--password-file', wrong], { env: variables });
    expect(denied.exitCode).toBe(3);
    const late = await rfbctl([...move, '--timeout', '1ms'], { env: variables });
    expect(late.exitCode).toBe(40);
  });

  test('every field is understood', async () => {
    const { env, folder } = configured(
      targets({
        address: address(),
        username: 'me',
        passwordFile: 'secret',
        timeout: 20,
        connectTimeout: '5s',
        retryConnect: '1s',
        security: ['vncauth'],
        encodings: 'zrle,raw',
        pixelFormat: 'rgb565',
        exclusive: true,
        tlsPin: `sha256:${'0'.repeat(64)}`,
        insecure: false,
        headers: { Cookie: SECRETS.token },
        certFile: 'client.pem',
        keyFile: 'client-key.pem',
        keyPassphraseFile: 'secret',
        tokenFile: 'token',
        subprotocol: 'binary',
      }),
      0o600,
    );
    writeFileSync(path.join(folder, 'secret'), SECRETS.password);
    writeFileSync(path.join(folder, 'token'), SECRETS.token);
    writeFileSync(path.join(folder, 'client.pem'), clientCertificate.cert);
    writeFileSync(path.join(folder, 'client-key.pem'), clientCertificate.key);
    const { exitCode, stdout, stderr } = await rfbctl([...move, '-v'], { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: MOVED });
    expect(stderr).toMatch(/SetPixelFormat: 16 bpp/);
    expect(stderr).toMatch(/SetEncodings: zrle, raw, /);
  });
});

describe.concurrent('a configuration file that is wrong: file and field are named', () => {
  const where = String.raw`/\S*/rfbctl/config\.json`;
  test.each([
    ['{"targets": {"lab": {"address": "a",}}}', 'no valid JSON, the fault is found in line 1'],
    [`{\n"targets": {\n"lab": ${SECRETS.token}}}`, 'no valid JSON, the fault is found in line 3'],
    ['', 'no valid JSON, the fault is found in line 1'],
    ['[]', 'wanted an object'],
    [{ target: {} }, 'no field is called "target"; did you mean targets\\?'],
    [{ targets: [] }, 'targets: wanted an object'],
    [targets('host:1'), 'targets.lab: wanted an object'],
    [targets({}), 'targets.lab: has no address; write "address": "host:1"'],
    [targets({ address: 5 }), 'targets.lab.address: wanted a text that is not empty'],
    [targets({ address: 'host:one' }), 'targets.lab.address: bad address "host:one"'],
    [targets({ address: '@other' }), 'targets.lab.address: a target cannot lead to another target'],
    [
      targets({ address: 'a', passwrodFile: 'x' }),
      'targets.lab: no field is called "passwrodFile"; did you mean passwordFile\\?',
    ],
    [
      targets({ address: 'a', passwordFile: 'none' }),
      'targets.lab.passwordFile \\S*/none: cannot be read \\(ENOENT\\)',
    ],
    [
      targets({ address: 'a', passwordFile: 'x', passwordCommand: 'y' }),
      'passwordFile and .*passwordCommand: the password comes from one',
    ],
    [targets({ address: 'a', timeout: 'soon' }), 'targets.lab.timeout: "soon" is no duration'],
    [
      targets({ address: 'a', encodings: ['raw', 'zrel'] }),
      'targets.lab.encodings: no encoding is called "zrel"; did you mean zrle',
    ],
    [targets({ address: 'a', exclusive: 'yes' }), 'targets.lab.exclusive: wanted true or false'],
    [
      targets({ address: 'a', headers: { Cookie: SECRETS.token } }),
      'targets.lab.headers: other users may read the file',
    ],
    [{ targets: { labor: {}, lap: {} } }, 'no target is called "lab" in .*; did you mean @lap'],
    [{ targets: { one: {}, two: {} } }, 'no target is called "lab" in .*; there are @one, @two'],
    [{}, 'no target is called "lab" in .*; it has no targets'],
  ])('%j', async (config, line) => {
    const { env } = configured(config);
    await fail(move, { exitCode: 2, code: 'BAD_CONFIG', line: new RegExp(`(?=.*${where}).*${line}`) }, { env });
  });

  test('no file at all', async () => {
    const line =
      /@lab: there is no configuration file: .*\.config\/rfbctl\/config\.json; wanted \{"targets": \{"lab": /;
    await fail(move, { exitCode: 2, code: 'BAD_CONFIG', line });
  });
});
