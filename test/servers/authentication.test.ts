import { expect, test } from 'vitest';
import { connect } from '../../src/index.ts';
import {
  type CliResult,
  describeWith,
  difference,
  qemu,
  startCli,
  XInputRecorder,
  x11vnc,
  xtigervnc,
  xtightvnc,
} from './rig/index.ts';

const PASSWORD = 'secret78';

/** Each with the words of its failure. */
const servers = {
  xtigervnc: { start: xtigervnc, reason: 'Authentication failure' },
  xtightvnc: { start: xtightvnc, reason: 'Authentication failed' },
  x11vnc: { start: x11vnc, reason: 'password check failed!' },
  qemu: { start: qemu, reason: 'Authentication failed' },
} as const;

const run = (address: string, password?: string, ...args: string[]) =>
  startCli(['key', address, 'shift', '--json', ...args], password === undefined ? {} : { password }).result;

for (const [name, { start, reason }] of Object.entries(servers)) {
  describeWith([name as keyof typeof servers], `passwords on ${name}`, () => {
    test('right, wrong, missing, longer than eight bytes', async () => {
      await using server = await start({ password: PASSWORD });
      const right = await run(server.address, PASSWORD);
      expect({ exitCode: right.exitCode, stderr: right.stderr }).toEqual({ exitCode: 0, stderr: '' });

      const wrong = await run(server.address, 'not this');
      expect(failure(wrong)).toMatchObject({ code: 'AUTHENTICATION_FAILED', phase: 'security', exitCode: 3, reason });
      expect(wrong.stderr).toContain(`authentication (vncauth) failed: ${reason}`);
      expect(wrong.stderr).not.toContain('not this');

      const missing = await run(server.address);
      expect(failure(missing)).toMatchObject({ code: 'CREDENTIALS_REQUIRED', phase: 'security', exitCode: 3 });
      expect(missing.stderr).toContain('--password-file');

      const long = await run(server.address, `${PASSWORD} and more`);
      expect(long.exitCode).toBe(0);
      expect(long.stderr).toMatch(/^rfbctl: warning: .*first 8 bytes.*\n$/);
    });
  });
}

for (const [name, start, reason] of [
  ['xtigervnc', xtigervnc, 'Too many security failures'],
  ['xtightvnc', xtightvnc, 'Too many authentication failures'],
] as const) {
  describeWith([name], `${name} locks out`, () => {
    test('after five wrong passwords, and says so', async () => {
      await using server = await start({ password: PASSWORD });
      for (let i = 0; i < 5; i++) {
        const attempt = connect(server.address, { credentials: { password: 'wrong' } });
        await expect(attempt).rejects.toMatchObject({
          code: expect.stringMatching(/^(AUTH.*FAILED|TOO_MANY_ATTEMPTS)$/),
        });
      }
      const locked = await run(server.address, PASSWORD);
      expect(failure(locked)).toMatchObject({ code: 'TOO_MANY_ATTEMPTS', phase: 'security', exitCode: 3, reason });
      expect(locked.stderr).toContain(reason);
    });
  });
}

describeWith(['xtigervnc'], 'security types of Xtigervnc', () => {
  test('none of those that were allowed: what is on offer is named', async () => {
    await using server = await xtigervnc({ password: PASSWORD, securityTypes: 'VncAuth' });
    const { exitCode, stderr } = await run(server.address, PASSWORD, '--security', 'none');
    expect(exitCode).toBe(20);
    expect(stderr).toMatch(/offers vncauth \(2\); wanted none \(1\)/);
    expect(stderr).toContain('--security vncauth');
  });

  test('the first of those that are wanted, when there are several', async () => {
    await using server = await xtigervnc({ password: PASSWORD, securityTypes: 'None,VncAuth' });
    const offered = [
      { type: 1, name: 'none' },
      { type: 2, name: 'vncauth' },
    ];
    for (const [args, used] of [
      [['--security', 'none'], 'none'],
      [['--security', 'vncauth,none'], 'vncauth'],
    ] as const) {
      const { stdout } = await startCli(['probe', server.address, '--json', ...args], { password: PASSWORD }).result;
      const { security } = JSON.parse(stdout.toString());
      expect(security.used).toBe(used);
      expect(security.offered).toEqual(expect.arrayContaining(offered));
    }
  });
});

describeWith(['x11vnc'], 'x11vnc', () => {
  test('a view-only password shows the screen and types nothing', async () => {
    await using server = await x11vnc({ password: PASSWORD, args: ['-viewpasswd', 'onlyview'] });
    await server.display.drawTestCard();
    using recorder = await XInputRecorder.start(server.display);
    await using viewer = await connect(server.address, { credentials: { password: 'onlyview' } });
    const truth = await server.display.truth();
    await expect.poll(async () => difference(await viewer.capture(), truth), { timeout: 10_000 }).toBeUndefined();
    await viewer.keyboard.type('x');
    await using other = await connect(server.address, { credentials: { password: PASSWORD } });
    await other.keyboard.type('y');
    await expect.poll(async () => (await recorder.events()).length, { timeout: 10_000 }).toBe(2);
    expect(await recorder.events()).toMatchObject([{ keysym: 0x79 }, { keysym: 0x79 }]);
  });
});

for (const [name, start] of [
  ['xtigervnc', () => xtigervnc({ args: ['-AlwaysShared=0'] })],
  ['qemu', () => qemu()],
] as const) {
  describeWith([name], `--exclusive on ${name}`, () => {
    test('puts everybody else out; shared does not', async () => {
      await using server = await start();
      await using first = await connect(server.address);
      await using second = await connect(server.address);
      await first.capture();
      await second.capture();
      expect((await run(server.address, undefined, '--exclusive')).exitCode).toBe(0);
      for (const { session } of [first, second]) {
        await expect.poll(() => session.ended, { timeout: 10_000 }).toMatchObject({ code: 'CONNECTION_LOST' });
      }
    });
  });
}

/** The document of a failure, which also stands on stderr, as one line. */
function failure({ stdout, stderr }: CliResult): Record<string, unknown> {
  const { error } = JSON.parse(stdout.toString());
  expect(stderr).toBe(`rfbctl: ${error.message}\n`);
  return error;
}
