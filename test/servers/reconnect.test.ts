import { expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import type { LogEvent } from '../../src/rfb/session/log-event.ts';
import {
  BOOT_PROMPT,
  type CliRun,
  describeWith,
  qemu,
  startCli,
  tcpRelay,
  testCard,
  ttyRecorder,
  xtigervnc,
} from './rig/index.ts';

const PROMPT = BOOT_PROMPT.trim().split('\r\n')[0] ?? '';

/** Resolves when it has logged this. */
async function seen(run: CliRun, text: string): Promise<void> {
  let log = '';
  run.process.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  await expect.poll(() => log, { timeout: 60_000, interval: 20 }).toContain(text);
}

describeWith(['xtigervnc', 'xterm'], 'a wait and Xtigervnc', () => {
  test('which is killed, and comes back with another screen', async () => {
    const first = await xtigervnc({ geometry: '640x480' });
    const heard: unknown[] = [];
    await using vm = await connect(first.address, { onWarning: (message) => heard.push(message) });
    vm.on('reconnected', () => heard.push('reconnected')).on('resize', (...size) => heard.push(size));
    await vm.keyboard.down('shift');
    const picture = testCard(800, 600);
    const waiting = vm.screen.waitForImage({ ...picture, fresh: true }, { mayGrow: true, timeoutMs: 60_000 });
    await expect.poll(() => vm.session.state.updateCount, { timeout: 20_000 }).toBeGreaterThan(0);
    await first.process.stop('SIGKILL');
    await first.stop();
    await using second = await xtigervnc({ geometry: '800x600', port: first.port });
    await second.display.draw(picture);
    await waiting;
    expect(heard).toEqual([expect.stringMatching(/^reconnecting: /), 'reconnected', [800, 600]]);
    const { rgba } = await vm.capture();
    expect(Buffer.compare(rgba, (await second.display.truth()).rgba)).toBe(0);
    // Shift was held on a connection that is no more.
    await using tty = await ttyRecorder(second.display);
    await vm.keyboard.type('abc');
    await expect.poll(() => tty.typed(), { timeout: 20_000 }).toBe('abc');
  });

  test('whose password is another afterwards: exit code 3', async () => {
    const first = await xtigervnc({ password: 'sesame' });
    const run = startCli(['wait', first.address, '--text', 'never', '--timeout', '60s', '-v'], { password: 'sesame' });
    await seen(run, 'FramebufferUpdate:');
    await first.stop();
    await using _second = await xtigervnc({ password: 'other', port: first.port });
    const { exitCode, stderr } = await run.result;
    expect(stderr).toMatch(/rfbctl: reconnecting, as the connection was lost: .*authentication \(vncauth\) failed/);
    expect(exitCode).toBe(3);
  });

  test('that stays away: exit code 40 at the deadline, or 11 at once where nobody wants another', async () => {
    const server = await xtigervnc();
    const patient = startCli(['wait', server.address, '--text', 'never', '--timeout', '8s', '-v']);
    const strict = startCli(['wait', server.address, '--text', 'never', '--no-reconnect', '-v']);
    await Promise.all([patient, strict].map((run) => seen(run, 'FramebufferUpdate:')));
    await server.stop();
    expect((await strict.result).exitCode).toBe(11);
    const { exitCode, stderr } = await patient.result;
    expect(stderr).toMatch(
      /in vain for text "never": .*; the connection was lost \(.*\), \d+ attempts to reconnect failed: /,
    );
    expect(exitCode).toBe(40);
  });
});

describeWith(['qemu'], 'a wait and QEMU', () => {
  test('whose guest is reset: the session stays, modes change', async () => {
    await using server = await qemu();
    const log: LogEvent[] = [];
    await using vm = await connect(server.address, { onLog: (event) => log.push(event) });
    await vm.keyboard.type('before');
    await vm.screen.waitForText('> before', { timeoutMs: 60_000 });
    const { session } = vm;
    const sizes: string[] = [];
    vm.on('resize', (width, height) => sizes.push(`${width}x${height}`));
    const gone = vm.screen.waitForChange({ timeoutMs: 60_000 });
    await server.qmp.execute('system_reset');
    await gone;
    // The firmware is elsewhere first: the prompt without what was typed is the new one.
    await vm.screen.waitForText(/^> $|^>$/m, { timeoutMs: 60_000 });
    expect(vm.session).toBe(session);
    expect(log.map(({ type }) => type)).not.toContain('reconnecting');
    expect((await vm.screen.text()).text).toContain(PROMPT);
  });

  test('which is killed and started again: one line on stderr, exit code 0', async () => {
    const first = await qemu();
    await using vm = await connect(first.address);
    await vm.keyboard.type('before');
    await vm.screen.waitForText('> before', { timeoutMs: 60_000 });
    await vm.close();
    const run = startCli(['wait', first.address, '--text', '/^>$/m', '--timeout', '100s', '-v']);
    await seen(run, 'FramebufferUpdate:');
    await first.process.stop('SIGKILL');
    await first.stop();
    await using _second = await qemu({ port: first.port });
    const { exitCode, stderr, stdout } = await run.result;
    expect(stderr.split('\n').filter((line) => line.includes('warning'))).toEqual([
      expect.stringMatching(/^rfbctl: warning: reconnecting: .*127\.0\.0\.1:\d+/),
    ]);
    expect(stdout.toString()).toMatch(/^">" in row \d+, column 1\n$/);
    expect(exitCode).toBe(0);
  });

  test('behind a proxy that cuts its websocket in the middle of a script', async () => {
    await using server = await qemu({ display: 'websocket' });
    await using relay = await tcpRelay(server.port);
    const script = 'one<wait-text "> one" 60s><wait-text "onetwo" 60s>three<wait-text "onetwothree" 60s>';
    const run = startCli(['run', `ws://127.0.0.1:${relay.port}/`, '-c', script, '--json']);
    let documents = '';
    run.process.stdout?.on('data', (chunk: Buffer) => {
      documents += chunk.toString();
    });
    await expect.poll(() => documents, { timeout: 60_000, interval: 20 }).toContain('"step":2');
    relay.reset();
    await expect.poll(() => relay.connections, { timeout: 60_000 }).toBe(2);
    await using other = await connect(server.address);
    await other.keyboard.type('two');
    const { exitCode, stderr } = await run.result;
    expect(stderr).toMatch(/^rfbctl: warning: reconnecting: .*ws:\/\/127\.0\.0\.1:\d+\/.*\n$/);
    expect(exitCode).toBe(0);
    // Each key once: nothing was sent again.
    expect(await server.typed()).toBe('onetwothree');
  });
});
