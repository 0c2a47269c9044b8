import { test } from 'vitest';
import { type Console, connect } from '../../src/index.ts';
import { describeWith, qemu, startCli, ttyRecorder, xtigervnc } from './rig/index.ts';

const TIMEOUT_MS = 30_000;

describeWith(['qemu', 'linuxGuest'], 'Caps Lock at QEMU', () => {
  test.concurrent.for(['boot-sector', 'linux'] as const)('%s guest', async (guest, { expect }) => {
    await using server = await qemu({ guest });
    await using console = await connect(server.address);
    const arrived = (text: string) => expect.poll(() => server.typed(), { timeout: TIMEOUT_MS }).toBe(text);
    await console.keyboard.press('capslock');
    // SeaBIOS turns its lights only when a key is read.
    await console.keyboard.type('1');
    await arrived('1');
    await lit(console);
    await console.keyboard.type('aB1', { lockKeys: 'ignore' });
    await arrived('1Ab1');
    await console.keyboard.type('aB1');
    await arrived('1Ab1aB1');
  });

  test.concurrent('the command line', async ({ expect }) => {
    await using server = await qemu();
    await using console = await connect(server.address);
    await console.keyboard.press('capslock');
    await console.keyboard.type('1');
    await expect.poll(() => server.typed(), { timeout: TIMEOUT_MS }).toBe('1');
    await lit(console);
    for (const args of [['--no-lock-keys'], []]) {
      const { result } = startCli(['type', server.address, 'aB1', ...args]);
      expect(await result).toMatchObject({ exitCode: 0, stderr: '' });
    }
    await expect.poll(() => server.typed(), { timeout: TIMEOUT_MS }).toBe('1Ab1aB1');
  });
});

describeWith(['qemu'], 'Num Lock at QEMU', () => {
  test('is put as keys of the keypad need it', async ({ expect }) => {
    await using server = await qemu();
    await using console = await connect(server.address);
    for (const [i, key] of ['kp7', 'kphome', 'kp7'].entries()) {
      await console.keyboard.press(key);
      await expect.poll(async () => keypad(await server.typed()).length, { timeout: TIMEOUT_MS }).toBe(i + 1);
    }
    expect(keypad(await server.typed())).toEqual(['7', '\0G', '7']);
  });
});

/** A character each, or what a BIOS gives of other keys: 0 and the scancode. */
function keypad(typed: string): string[] {
  return typed.match(/\0?./gs) ?? [];
}

describeWith(['xtigervnc', 'xterm'], 'Caps Lock on Xtigervnc', () => {
  test('is worked around by keysym, and seen and put off by scancode', async ({ expect }) => {
    await using server = await xtigervnc({ args: ['-RawKeyboard'] });
    await using tty = await ttyRecorder(server.display, { echo: true });
    await using console = await connect(server.address);
    const arrived = (text: string) => expect.poll(() => tty.typed(), { timeout: TIMEOUT_MS }).toBe(text);
    await console.keyboard.press('capslock', { keys: 'scancode' });
    // It tells of its lights with a change of the picture.
    await console.keyboard.type('1', { keys: 'scancode' });
    await arrived('1');
    await lit(console);
    await console.keyboard.type('aB1', { keys: 'scancode', lockKeys: 'ignore' });
    await arrived('1Ab1');
    await console.keyboard.type('aB1', { keys: 'scancode' });
    await arrived('1Ab1aB1');
  });
});

/** Resolves when the server has told that Caps Lock is on. */
async function lit(console: Console): Promise<void> {
  const stop = AbortSignal.timeout(TIMEOUT_MS);
  while (!console.ledState?.capsLock) {
    await console.capture({ signal: stop });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
