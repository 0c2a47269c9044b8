import { once } from 'node:events';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  colourCount,
  describeWith,
  difference,
  pidExists,
  qemu,
  readGreeting,
  testCard,
  ttyRecorder,
  websockify,
  XInputRecorder,
  type XRfbServer,
  x11vnc,
  xtermText,
  xtigervnc,
  xtightvnc,
} from './rig/index.ts';

const GREETING = /^RFB 003\.00[378]\n$/;

const xServers = { xtigervnc, xtightvnc, x11vnc } as const;

for (const [name, start] of Object.entries(xServers)) {
  describeWith([name as keyof typeof xServers], name, () => {
    test.each([24, 16])('depth %i: greets, shows the test card, ends', async (depth) => {
      const server = await start({ geometry: '640x400', depth, password: 'secret' });
      await using _ = server;
      expect(await readGreeting(server)).toMatch(GREETING);
      await server.display.drawTestCard();
      const truth = await server.display.truth();
      expect(truth).toMatchObject({ width: 640, height: 400 });
      if (depth === 24) expect(difference(truth, testCard(640, 400))).toBeUndefined();
      else expect(colourCount(truth)).toBeGreaterThan(10_000);
      await expectGoneAfterStop(server);
    });
  });
}

describeWith(['xtigervnc', 'xterm'], 'X programs', () => {
  test('xterm shows text and takes the keyboard; the recorder sees the pointer', async () => {
    await using server = await xtigervnc();
    const blank = await server.display.truth();
    {
      await using _ = await xtermText(server.display, 'seen\r\n');
      expect(difference(await server.display.truth(), blank)).toMatch(/pixels differ/);
    }
    {
      await using tty = await ttyRecorder(server.display);
      expect(await tty.typed()).toBe('');
    }
    using recorder = await XInputRecorder.start(server.display);
    await server.display.warpPointer(33, 44);
    await server.display.warpPointer(55, 66);
    expect(await recorder.events()).toEqual([
      { kind: 'move', x: 33, y: 44 },
      { kind: 'move', x: 55, y: 66 },
    ]);
    expect(await recorder.heldKeysyms()).toEqual([]);
    expect(await server.display.pointer()).toEqual({ x: 55, y: 66, buttonMask: 0 });
  });
});

describeWith(['qemu'], 'QEMU with the boot sector', () => {
  test('TCP with a password: greets, shows the prompt, takes keys, ends', async () => {
    await using server = await qemu({ password: 'secret' });
    expect(await readGreeting(server)).toMatch(GREETING);
    const truth = await server.stableTruth();
    expect(truth).toMatchObject({ width: 720, height: 400 });
    expect(colourCount(truth)).toBe(16);
    await server.qmp.execute('human-monitor-command', { 'command-line': 'sendkey shift-a' });
    await server.qmp.execute('human-monitor-command', { 'command-line': 'sendkey f1' });
    await expect.poll(() => server.typed()).toBe('A\0\x3b');
    expect(difference(await server.stableTruth(), truth)).toMatch(/pixels differ/);
    await server.stop();
    expect(await pidExists(server.pid)).toBe(false);
  });

  test('unix socket', async () => {
    await using server = await qemu({ display: 'unix' });
    expect(server.address).toMatch(/^unix:\//);
    expect(await readGreeting({ path: server.address.slice('unix:'.length) })).toMatch(GREETING);
  });
});

describeWith(['linuxGuest'], 'QEMU with Linux', () => {
  test('takes keys on its console', async () => {
    await using server = await qemu({ guest: 'linux' });
    for (const key of ['a', 'shift-2', 'ret']) {
      await server.qmp.execute('human-monitor-command', { 'command-line': `sendkey ${key}` });
    }
    await expect.poll(() => server.typed()).toBe('a@\r');
    expect(colourCount(await server.stableTruth())).toBeGreaterThan(1);
  });
});

describeWith(['qemu', 'websockify'], 'websockets', () => {
  test('QEMU itself and websockify answer an upgrade', async () => {
    await using own = await qemu({ display: 'websocket' });
    await using behind = await qemu();
    await using proxy = await websockify(behind);
    for (const { address } of [own, proxy]) expect(await webGreeting(address)).toMatch(GREETING);
  });
});

async function expectGoneAfterStop(server: XRfbServer): Promise<void> {
  await server.stop();
  expect(await pidExists(server.pid)).toBe(false);
  await server.stop();
}

async function webGreeting(address: string): Promise<string> {
  const socket = new WebSocket(address, ['binary']);
  try {
    const [message] = (await once(socket, 'message')) as [Buffer];
    return message.toString('latin1');
  } finally {
    socket.terminate();
  }
}
