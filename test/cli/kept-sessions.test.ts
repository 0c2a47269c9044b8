import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, describe, expect, test } from 'vitest';
import { serve } from '../../src/server/listen.ts';
import { fail, rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

const runtime = path.join(scratch, 'run');
mkdirSync(runtime, { mode: 0o700 });
const env = { XDG_RUNTIME_DIR: runtime };
const folder = path.join(runtime, 'rfbctl');
afterAll(async () => {
  await rfbctl(['close', '--all'], { env });
});

const about = (name: string) => JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));

describe('a kept session', () => {
  test('is a target like any other, until it is closed', async () => {
    expect(await succeed(['open', 'vm', 'demo:'], { env })).toBe('session:vm: 720x400, demo:login\n');
    await succeed(['type', 'session:vm', 'root', '--enter'], { env });
    // One machine for all commands: `demo:` would be another each time.
    await succeed(['wait', 'session:vm', '--text', 'Password:'], { env });
    await succeed(['screenshot', 'session:vm', '-o', 'kept.png'], { env });
    const { width, height } = PNG.sync.read(readFileSync(path.join(scratch, 'kept.png')));
    expect([width, height]).toEqual([720, 400]);
    expect(await succeed(['sessions'], { env })).toMatch(
      /^session:vm {2}demo:login {2}since .*Z, closes when idle for 600 s\n$/,
    );
    const { sessions } = JSON.parse(await succeed(['sessions', '--json'], { env }));
    expect(sessions).toMatchObject([{ address: 'session:vm', target: 'demo:login', idleMs: 600_000 }]);
    await fail(
      ['open', 'vm', 'demo:'],
      { exitCode: 30, code: 'ACTION_FAILED', line: /session:vm is open already/ },
      { env },
    );
    expect(await succeed(['close', 'vm'], { env })).toBe('session:vm: closed\n');
    const gone = { exitCode: 10, code: 'CONNECT_FAILED', line: /no such session is open/ };
    await fail(['screenshot', 'session:vm'], gone, { env });
    await fail(['close', 'vm'], gone, { env });
    expect(readFileSync(path.join(folder, 'vm.log'), 'utf8')).toMatch(/closed: stopped by SIGTERM\n$/);
    expect(await succeed(['sessions', '--json'], { env })).toBe('{"sessions":[]}\n');
  });

  test('shows its secrets to nobody', async () => {
    await using server = await serve({ password: SECRETS.password });
    const withPassword = { env: { ...env, RFBCTL_PASSWORD: SECRETS.password } };
    await succeed(['open', 'secret', server.address, '--log-file', 'secret.log'], withPassword);
    const { pid } = about('secret');
    for (const file of ['cmdline', 'environ']) {
      const shown = process.platform === 'linux' ? readFileSync(`/proc/${pid}/${file}`, 'utf8') : '';
      expect(shown).not.toContain(SECRETS.password);
    }
    for (const file of ['secret.json', 'secret.log', '../../secret.log']) {
      expect(readFileSync(path.join(folder, file), 'utf8')).not.toContain(SECRETS.password);
    }
    for (const file of ['', 'secret.sock', 'secret.json', 'secret.log']) {
      expect(statSync(path.join(folder, file)).mode & 0o077, file).toBe(0);
    }
    await succeed(['screenshot', 'session:secret', '-o', 'kept.png'], { env });
    await succeed(['close', 'secret'], { env });
  });

  test('closes by itself when nobody uses it', async () => {
    await succeed(['open', 'idle', 'demo:', '--idle', '300ms'], { env });
    await expect.poll(() => existsSync(path.join(folder, 'idle.sock')), { timeout: 20_000 }).toBe(false);
    await expect
      .poll(() => readFileSync(path.join(folder, 'idle.log'), 'utf8'), { timeout: 20_000 })
      .toMatch(/closed: nobody has used it for 300 ms\n$/);
  });

  test('whose keeper was killed leaves nothing that is in the way', async () => {
    await succeed(['open', 'dead', 'demo:'], { env });
    process.kill(about('dead').pid, 'SIGKILL');
    const gone = {
      exitCode: 10,
      code: 'CONNECT_FAILED',
      line: /session:dead: no such session is open.*dead\.log says/,
    };
    await expect
      .poll(async () => (await rfbctl(['text', 'session:dead'], { env })).exitCode, { timeout: 20_000 })
      .toBe(10);
    await fail(['text', 'session:dead'], gone, { env });
    expect(existsSync(path.join(folder, 'dead.sock'))).toBe(false);
    await succeed(['open', 'dead', 'demo:'], { env });
    await succeed(['close', 'dead'], { env });
  });
});

describe('what cannot be opened', () => {
  test('a server that wants another password: its error, and nothing is left', async () => {
    await using server = await serve({ password: SECRETS.password });
    const wrong = { env: { ...env, RFBCTL_PASSWORD: SECRETS.wrong } };
    await fail(
      ['open', 'wrong', server.address],
      { exitCode: 3, code: 'AUTHENTICATION_FAILED', line: /check the password/ },
      wrong,
    );
    await fail(
      ['open', 'none', server.address],
      { exitCode: 3, code: 'CREDENTIALS_REQUIRED', line: /password/ },
      { env },
    );
    expect(await succeed(['sessions'], { env })).toBe('');
  });

  test('nobody there: exit code 10', async () => {
    const wanted = { exitCode: 10, code: 'CONNECT_FAILED', phase: 'connect', line: /nothing listens/ };
    await fail(['open', 'nobody', '127.0.0.1::1'], wanted, { env });
  });

  test.each([
    ['a name that is none', ['open', '../x', 'demo:'], /no name for a session/],
    ['a number as a name', ['open', '1', 'demo:'], /no name for a session/],
    ['a kept session', ['open', 'a', 'session:b'], /is kept open already/],
    ['a trace', ['open', 'a', 'demo:', '--trace', 'x'], /--trace/],
    ['a pointer', ['screenshot', 'session:a', '--cursor'], /rfbctl open --cursor/],
    ['nothing to close', ['close'], /wanted the names of sessions, or --all/],
    ['a name to use', ['text', 'session:a/b'], /no name for a session/],
  ])('%s: exit code 2', async (_what, args, line) => {
    await fail(args, { exitCode: 2, code: 'BAD_OPTION', line }, { env });
  });

  test('a folder that others can get into, or that is a link', async () => {
    const open = path.join(scratch, 'open');
    mkdirSync(path.join(open, 'rfbctl'), { recursive: true });
    chmodSync(path.join(open, 'rfbctl'), 0o755);
    const wanted = { exitCode: 2, code: 'BAD_CONFIG', line: /is open to other users/ };
    await fail(['sessions'], wanted, { env: { XDG_RUNTIME_DIR: open } });
    const linked = path.join(scratch, 'linked');
    mkdirSync(linked);
    symlinkSync(folder, path.join(linked, 'rfbctl'));
    await fail(['sessions'], { ...wanted, line: /is something else/ }, { env: { XDG_RUNTIME_DIR: linked } });
  });

  test('a socket that is none', async () => {
    await succeed(['sessions'], { env });
    writeFileSync(path.join(folder, 'file.sock'), '', { mode: 0o600 });
    await fail(
      ['text', 'session:file'],
      { exitCode: 2, code: 'BAD_CONFIG', line: /file\.sock is something else/ },
      { env },
    );
    rmSync(path.join(folder, 'file.sock'));
  });
});
