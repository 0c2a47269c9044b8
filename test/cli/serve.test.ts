import { expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { parseListen } from '../../src/cli/arguments.ts';
import { fail, firstLine, rfbctl, succeed } from './support/rfbctl.ts';

test('a console, until it is stopped', async () => {
  const run = await rfbctl(['serve', '--scene', 'desktop', '--json'], {
    async onStart(child) {
      const { address } = JSON.parse(await firstLine(child));
      expect(address).toMatch(/^vnc:\/\/127\.0\.0\.1:\d+$/);
      const console = await connect(address);
      expect(console.desktopName).toContain('desktop');
      child.kill('SIGTERM');
      await new Promise((resolve) => console.once('closed', resolve));
      await console.close();
    },
  });
  expect(run.exitCode).toBe(143);
});

test('the API of a provider: what it prints gets in', async () => {
  const run = await rfbctl(['serve', '--emulate', 'proxmox', '--json'], {
    withinMs: 30_000,
    async onStart(child) {
      const { address, variables, options, consoles, terminals } = JSON.parse(await firstLine(child));
      try {
        const listed = JSON.parse(await succeed(['list', address, '--json', ...options], { env: variables }));
        expect(listed).toContainEqual(expect.objectContaining({ name: 'golden', console: 'none' }));
        const log = await succeed(['text', consoles[0], ...options], { env: variables });
        expect(log).toContain('login:');
        const step = ['--send', 'echo $((6*7))\\r', '--expect', '42'];
        expect(await succeed(['term', terminals[0], ...step, ...options], { env: variables })).toContain('42');
      } finally {
        child.kill('SIGTERM');
      }
    },
  });
  expect(run.exitCode).toBe(143);
});

test('where to listen', async () => {
  expect(parseListen('5901')).toEqual({ host: '127.0.0.1', port: 5901 });
  expect(parseListen(':0')).toEqual({ host: '127.0.0.1', port: 0 });
  expect(parseListen('0.0.0.0:80')).toEqual({ host: '0.0.0.0', port: 80 });
  expect(parseListen('[::1]:80')).toEqual({ host: '::1', port: 80 });
  const line = /--listen: "host" is no place to listen/;
  await fail(['serve', '--listen', 'host'], { exitCode: 2, code: 'BAD_OPTION', line });
  const alone = /--listen 0\.0\.0\.0: an emulator serves this machine alone/;
  const open = ['serve', '--emulate', 'proxmox', '--listen', '0.0.0.0:0'];
  await fail(open, { exitCode: 2, code: 'BAD_OPTION', line: alone });
});
