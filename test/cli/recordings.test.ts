import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
import { beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { fail, firstLine, rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

const pixels = (file: string) => PNG.sync.read(readFileSync(path.join(scratch, file))).data;

beforeAll(async () => {
  await succeed(['record', 'demo:', 'demo.rfbrec', '--for', '500ms']);
  await succeed(['screenshot', 'demo:', '-o', 'screen.png']);
}, 60_000);

test('record: the file is its owner’s, and what was shown can be seen again', async () => {
  expect(statSync(path.join(scratch, 'demo.rfbrec')).mode & 0o777).toBe(0o600);
  expect(await succeed(['export', 'demo.rfbrec', '-o', 'end.png'])).toBe('end.png\n');
  expect(pixels('end.png').equals(pixels('screen.png'))).toBe(true);
});

test('export: every kind, and back', async () => {
  expect(JSON.parse(await succeed(['export', 'demo.rfbrec', '-o', 'demo.fbs', '--json']))).toEqual({
    file: 'demo.fbs',
  });
  await succeed(['export', 'demo.fbs', '-o', 'again.rfbrec']);
  for (const from of ['demo.fbs', 'again.rfbrec']) {
    await succeed(['export', from, '-o', 'of.png']);
    expect(pixels('of.png').equals(pixels('screen.png')), from).toBe(true);
  }
  await succeed(['export', 'demo.rfbrec', '-o', 'demo.html']);
  expect(readFileSync(path.join(scratch, 'demo.html'), 'utf8')).toMatch(/^<!doctype html>/);
  await succeed(['export', 'demo.rfbrec', '-o', 'demo.apng']);
  expect(pixels('demo.apng').equals(pixels('screen.png'))).toBe(true);
  expect(JSON.parse(await succeed(['export', 'demo.rfbrec', '--frames', 'frames', '--json']))).toEqual({
    folder: 'frames',
    frames: 1,
  });
});

test('record: Ctrl-C is how it ends', async () => {
  const run = await rfbctl(['record', 'demo:', 'stopped.rfbrec', '--json'], {
    onStart(child) {
      const timer = setInterval(() => {
        if (!existsSync(path.join(scratch, 'stopped.rfbrec'))) return;
        if (statSync(path.join(scratch, 'stopped.rfbrec')).size < 1000) return;
        clearInterval(timer);
        child.kill('SIGINT');
      }, 50);
      child.once('close', () => clearInterval(timer));
    },
  });
  expect([run.exitCode, run.stderr]).toEqual([0, '']);
  expect(JSON.parse(run.stdout)).toMatchObject({ file: 'stopped.rfbrec', bytes: expect.any(Number) });
  await succeed(['export', 'stopped.rfbrec', '-o', 'stopped.png']);
});

test('replay, until it is stopped', async () => {
  const run = await rfbctl(['replay', 'demo.rfbrec', '--json', '--speed', '10'], {
    async onStart(child) {
      const { address } = JSON.parse(await firstLine(child));
      await using vm = await connect(address);
      await vm.screen.waitForText(/login:/);
      child.kill('SIGTERM');
    },
  });
  expect(run.exitCode).toBe(143);
});

test('proxy: one viewer, logged and recorded, no secret anywhere', async () => {
  writeFileSync(path.join(scratch, 'viewers'), SECRETS.password);
  const args = ['--record', 'through.rfbrec', '--mask-keys', '--log', '--once', '--viewer-password-file', 'viewers'];
  const run = await rfbctl(['proxy', '127.0.0.1:0', 'demo:', ...args], {
    async onStart(child: ChildProcess) {
      const address = await firstLine(child);
      await using vm = await connect(address, { credentials: { password: SECRETS.password } });
      await vm.keyboard.type(SECRETS.text);
      await vm.capture();
    },
  });
  expect(run.exitCode).toBe(0);
  expect(run.stderr).toMatch(
    /^rfbctl: viewer 1 comes \(127\.0\.0\.1:\d+\)\nrfbctl: viewer 1 leaves \(127\.0\.0\.1:\d+\)\n$/,
  );
  expect(run.stdout).toMatch(/#1 → KeyEvent: a key down\n/);
  expect(run.stdout).toMatch(/#1 ← FramebufferUpdate: /);
  await succeed(['export', 'through.rfbrec', '-o', 'through.png']);
});

test.each([
  [['export', 'nothing.rfbrec', '-o', 'x.png'], 2, 'BAD_RECORDING', /nothing\.rfbrec: there is no such file/],
  [
    ['export', 'viewers', '-o', 'x.png'],
    2,
    'BAD_RECORDING',
    /viewers: it is no recording that is known here \(rfbrec, fbs, websockify\)/,
  ],
  [['export', 'demo.rfbrec'], 2, 'BAD_OPTION', /wanted --output FILE or --frames FOLDER/],
  [['export', 'demo.rfbrec', '-o', 'x.avi'], 2, 'BAD_OPTION', /the end of its name is none of \.png /],
  [['export', 'demo.rfbrec', '-o', 'x.png', '--at', '1s', '--to', '2s'], 2, 'BAD_OPTION', /--at and --to/],
  [['export', 'demo.rfbrec', '-o', 'x.apng', '--from', '3s', '--to', '2s'], 2, 'BAD_OPTION', /--to is before --from/],
  [['export', 'demo.rfbrec', '-o', 'x.apng', '--fps', '-1'], 2, 'BAD_OPTION', /--fps/],
  [['export', 'demo.rfbrec', '-o', 'nowhere/x.png'], 30, 'OUTPUT_FAILED', /there is no such folder/],
  [['export', 'demo.rfbrec', '-o', 'demo.rfbrec'], 30, 'OUTPUT_FAILED', /it exists already/],
  [['record', 'demo:', 'demo.rfbrec'], 30, 'OUTPUT_FAILED', /it exists already, and recordings are not written over/],
  [['record', 'demo:', 'nowhere/x.rfbrec'], 30, 'OUTPUT_FAILED', /cannot write nowhere\/x\.rfbrec/],
  [['record', '127.0.0.1::1', 'x.rfbrec'], 10, 'CONNECT_FAILED', /127\.0\.0\.1::1/],
  [['replay', 'nothing.rfbrec'], 2, 'BAD_RECORDING', /there is no such file/],
  [['replay', 'demo.rfbrec', '--speed', '0'], 2, 'BAD_OPTION', /--speed: "0" is no factor/],
  [['proxy', 'here', 'demo:'], 2, 'BAD_OPTION', /"here" is no place to listen/],
])('%j is refused', async (args, exitCode, code, line) => {
  writeFileSync(path.join(scratch, 'viewers'), SECRETS.password);
  const before = readFileSync(path.join(scratch, 'demo.rfbrec'));
  await fail(args, { exitCode, code, line });
  expect(readFileSync(path.join(scratch, 'demo.rfbrec')).equals(before)).toBe(true);
  expect(existsSync(path.join(scratch, 'x.rfbrec'))).toBe(false);
});

test('a recording that was cut off is exported as far as it goes, with a warning', async () => {
  const whole = readFileSync(path.join(scratch, 'demo.rfbrec'));
  writeFileSync(path.join(scratch, 'cut.rfbrec'), whole.subarray(0, whole.length - 40));
  const run = await rfbctl(['export', 'cut.rfbrec', '-o', 'cut.png']);
  expect([run.exitCode, run.stderr]).toEqual([
    0,
    'rfbctl: warning: cut.rfbrec ends in the middle: what was there until then was used\n',
  ]);
  expect(pixels('cut.png').equals(pixels('screen.png'))).toBe(true);
});

test('without ffmpeg a film is refused, and the way out told', async () => {
  await fail(
    ['export', 'demo.rfbrec', '-o', 'x.mp4'],
    { exitCode: 30, code: 'ACTION_FAILED', line: /ffmpeg is not installed/ },
    { env: { PATH: '/nowhere' } },
  );
});
