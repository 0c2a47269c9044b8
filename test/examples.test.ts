import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PNG } from 'pngjs';
import { afterAll, expect, test, vi } from 'vitest';
import { connect } from '../src/automation/console.ts';
import { serve } from '../src/server/listen.ts';

// Every file of examples/ as a program of its own, with the library that was built: each must end by itself.

const ROOT = path.join(import.meta.dirname, '..');
vi.setConfig({ testTimeout: 60_000 });
const folder = mkdtempSync(path.join(tmpdir(), 'rfbctl-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(name: string, ...args: string[]): Promise<string> {
  const command = ['--import', path.join(ROOT, 'node_modules/tsx/dist/loader.mjs'), path.join(ROOT, 'examples', name)];
  const { stdout } = await promisify(execFile)(process.execPath, [...command, ...args], {
    cwd: folder,
    timeout: 40_000,
  });
  return stdout;
}

/** What each of them prints. */
const OUTPUT: Readonly<Record<string, string>> = {
  'boot-command.ts': `1 <wait-text "login:" 2m>
2 root
3 <enter>
4 <wait-text "Password:">
5 \${password}
6 <enter>
7 <if "Login incorrect" 1s>
8 <wait-text /[$#]$/m>
9 uname -a
10 <enter>
11 <wait-stable 300ms>
1: <Wait5> is no tag: packer types it as text: <wait5>?
12: <entr> is no tag: packer types it as text: <enter>?
700 ms
`,
  'deadlines.ts': `TIMED_OUT in phase greeting
changed my mind
UsageError BAD_KEY: no key is called "dell": did you mean del?
`,
  'events.ts': `copied there: key ffc5
waited for: key ffc5
copied there: HELLO
the server's clipboard: HELLO
bell
closed
`,
  'first-screenshot.ts': 'screen.png: 720x400\n',
  'images.ts': `found at 64,80
nearest at 641,120: 93.1 % alike, 197 of 2880 pixels differ
`,
  'in-memory.ts': 'No socket: 1 viewer\n',
  'log-in.ts': '',
  'own-pipe.ts': '720x400, compressed well\n',
  'password.ts': `connected to rfbctl demo (login)
AUTHENTICATION_FAILED: the server says "the password is wrong"
`,
  'pointer.ts': 'the upper left pixel of the window: 76, 120, 180\n',
  'provider.ts': `101 login running
102 desktop running
103 off running
200 shell running
900 golden stopped
100x30
`,
  'read-text.ts':
    'vga-9x16: 100 % of the letters are known, 0 cells are not\nDemo Firmware 1.0   memory 65536 KiB, 1 disk, 1 console\n',
  'session.ts': `RFB 3.8, security none, 800x600 "rfbctl demo (colours)"
480000 pixels in 1 rectangles of ZRLE
confirmed: continuous-updates, extended-clipboard, extended-desktop-size, extended-mouse-buttons, fence, qemu-extended-key-event
`,
  'test-a-viewer.ts': 'the viewer works\n',
  'trace.ts': 'evidence in two-consoles\n',
  'wait.ts': 'Demo demo 1.0 rfb\nTIMED_OUT\n',
  'watch.ts': 'changed by itself: false\nchanged by a key: true\n',
};

test('each example is run', () => {
  // Vitest itself runs those in examples/vitest.
  const programs = readdirSync(path.join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));
  expect(programs.sort()).toEqual(Object.keys(OUTPUT));
});

test.each(Object.entries(OUTPUT))('%s', async (name, output) => {
  expect(await run(name)).toBe(output);
});

test('first-screenshot.ts saves what the screen shows', async () => {
  await using server = await serve({ scene: 'colours' });
  await run('first-screenshot.ts', server.address, 'colours.png');
  const { data, width, height } = PNG.sync.read(readFileSync(path.join(folder, 'colours.png')));
  const { framebuffer } = server.server.scene.display;
  expect([width, height]).toEqual([framebuffer.width, framebuffer.height]);
  expect(Buffer.compare(data, framebuffer.rgba())).toBe(0);
});

test('log-in.ts logs in', async () => {
  await using server = await serve({ scene: 'login' });
  await run('log-in.ts', server.address, 'after.png');
  const { data } = PNG.sync.read(readFileSync(path.join(folder, 'after.png')));
  expect(Buffer.compare(data, server.server.scene.display.framebuffer.rgba())).toBe(0);
  // The same by other means.
  await using expected = await serve({ scene: 'login' });
  await using vm = await connect(expected.address);
  await vm.keyboard.type('root\npass word?\n', { rate: 1000 });
  await vm.keyboard.press('ctrl+l');
  await vm.keyboard.type('uname\n', { rate: 1000 });
  expect(Buffer.compare(data, (await vm.capture()).rgba)).toBe(0);
});
