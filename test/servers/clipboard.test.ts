import { execFile, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { describeWith, qemu, startCli, ttyRecorder, type XDisplay, x11vnc, xtigervnc } from './rig/index.ts';

const TEXT = 'zażółć gęślą\n☃ 😀';

/** What the display's CLIPBOARD selection holds. */
async function selection(display: XDisplay): Promise<string> {
  const { stdout } = await promisify(execFile)('xsel', ['--output', '--clipboard', '--display', display.name], {
    timeout: 20_000,
  });
  return stdout;
}

/** Copies a text on the display; resolves when somebody owns the selection. */
async function copy(display: XDisplay, text: string): Promise<void> {
  const xsel = spawn('xsel', ['--input', '--clipboard', '--display', display.name], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  xsel.stdin.end(text);
  await new Promise((resolve) => xsel.once('close', resolve));
}

describeWith(['xtigervnc', 'xsel'], 'the clipboard of Xtigervnc', () => {
  test('has every character, both ways', async () => {
    await using server = await xtigervnc();
    await using vm = await connect(server.address);
    await expect(vm.readClipboard()).rejects.toMatchObject({ code: 'ACTION_FAILED' });
    // TigerVNC never wants a text without asking for it.
    const taken = vm.session.waitForEvent('cutTextTaken', { timeoutMs: 60_000 });
    expect(await vm.paste(TEXT)).toBe(false);
    expect(await selection(server.display)).toBe(TEXT);
    await taken;
    const copied = vm.waitForEvent('cutText', { where: (text) => text !== TEXT, timeoutMs: 60_000 });
    await copy(server.display, `${TEXT}, from there`);
    expect(await copied).toEqual([`${TEXT}, from there`]);
    expect(await vm.readClipboard()).toBe(`${TEXT}, from there`);
  });

  test('is pasted into a program, which need not hurry, and is there for as long as a session is kept', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rfb-clip-'));
    const env = { XDG_RUNTIME_DIR: folder };
    const run = (...args: readonly string[]) => startCli(args, { env }).result;
    try {
      await using server = await xtigervnc();
      await using tty = await ttyRecorder(server.display);
      const args = ['paste', server.address, 'ąę', '--press', 'shift+insert', '--stay', '60s'];
      const pasting = startCli(args, { env });
      await expect.poll(() => tty.typed(), { timeout: 40_000 }).toBe('ąę');
      pasting.process.kill('SIGTERM');
      expect((await pasting.result).exitCode).toBe(143);
      const forgotten = await run('paste', server.address, 'x');
      expect(forgotten.stderr).toMatch(/warning: this server forgets the text/);
      expect(forgotten.exitCode).toBe(0);
      expect((await run('open', 'clip', server.address)).exitCode).toBe(0);
      expect(await run('paste', 'session:clip', TEXT)).toMatchObject({ exitCode: 0, stderr: '' });
      expect(await selection(server.display)).toBe(TEXT);
      const waiting = run('clipboard', 'session:clip', '--wait', '--timeout', '60s');
      // The command may connect after the copying: then it is told at once.
      await copy(server.display, 'copied ☃');
      expect((await waiting).stdout.toString()).toBe('copied ☃\n');
      expect((await run('clipboard', 'session:clip')).stdout.toString()).toBe('copied ☃\n');
    } finally {
      await run('close', '--all');
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describeWith(['x11vnc', 'qemu'], 'the clipboard of other servers', () => {
  test('x11vnc gets Latin-1 as ever; it confirms an extension that it has no use for', async () => {
    await using server = await x11vnc({ args: ['-seldir', 'debug'] });
    await using vm = await connect(server.address);
    expect(await vm.paste('Straße')).toBe(true);
    await expect.poll(() => server.log(), { timeout: 20_000 }).toContain("xcut_receive: 'Stra\xdfe'");
    // What it cannot do does not end the session.
    await vm.paste(TEXT);
    await vm.capture();
  });

  test('QEMU without an agent in its guest has none, and stays', async () => {
    await using server = await qemu();
    await using vm = await connect(server.address);
    expect(await vm.paste(TEXT)).toBe(false);
    await expect(vm.readClipboard({ timeoutMs: 500 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
    await vm.capture();
  });
});
