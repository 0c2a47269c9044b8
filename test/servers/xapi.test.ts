import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vncterm } from '../../src/emulators/xapi/vncterm.ts';
import { type Console, connect, readPng } from '../../src/index.ts';
import { PASSWORD, type RunningPool, rfbAt, startPool } from '../support/xapi-pool.ts';
import {
  describeWith,
  difference,
  type Qemu,
  qemu,
  startCli,
  type XRfbServer,
  x11vnc,
  xtigervnc,
} from './rig/index.ts';

describeWith(['qemu', 'xtigervnc', 'x11vnc'], 'xapi, real servers behind the emulator', () => {
  let guest: Qemu;
  let desktop: XRfbServer;
  let old: XRfbServer;
  let xen: RunningPool;
  let folder: string;
  beforeAll(async () => {
    [guest, desktop, old, folder] = await Promise.all([
      qemu(),
      xtigervnc({ geometry: '320x200' }),
      x11vnc({ geometry: '320x200', args: ['-rfbversion', '3.3'] }),
      mkdtemp(path.join(tmpdir(), 'rfbctl-xapi-')),
    ]);
    await Promise.all([desktop.display.drawTestCard(), old.display.drawTestCard()]);
    const desktops = Array.from({ length: 10 }, (_, i) => {
      return { name: `vm-${i}`, host: i % 2, consoles: [rfbAt(i % 3 === 0 ? guest.port : desktop.port)] };
    });
    xen = await startPool({
      hosts: [{ delivery: 'with the greeting' }, { delivery: 'in pieces' }],
      vms: [
        { name: 'guest', consoles: [rfbAt(guest.port)] },
        { name: 'old', consoles: [{ protocol: 'rfb', connect: vncterm(rfbAt(old.port).connect) }] },
        { name: 'spare', state: 'Halted', consoles: [rfbAt(desktop.port)] },
        ...desktops,
      ],
    });
  });
  afterAll(async () => {
    await xen?.[Symbol.asyncDispose]();
    await Promise.all([guest?.stop(), desktop?.stop(), old?.stop(), rm(folder, { recursive: true, force: true })]);
  });

  const open = (name: string): Promise<Console> => connect(xen.at(name), xen.options());

  async function cli(...args: string[]) {
    const trust = ['--username', 'root', '--tls-pin', `sha256:${xen.hosts[0]?.fingerprint}`];
    const { exitCode, stdout, stderr } = await startCli([...args, ...trust], { password: PASSWORD }).result;
    expect(`${stdout}${stderr}`).not.toMatch(/OpaqueRef|pa,ss/);
    return { exitCode, stdout: stdout.toString(), stderr };
  }

  test.each(['connect', 'websocket'])('by %s: a picture is the guest’s own, what is typed arrives', async (via) => {
    const file = path.join(folder, `${via}.png`);
    const address = `${xen.at('guest')}?via=${via}`;
    expect(await cli('screenshot', address, '-o', file)).toMatchObject({ exitCode: 0 });
    expect(difference(readPng(await readFile(file), file), await guest.stableTruth())).toBeUndefined();
    const before = await guest.typed();
    expect(await cli('type', address, `by ${via}`, '--enter')).toMatchObject({ exitCode: 0, stderr: '' });
    await expect.poll(() => guest.typed(), { timeout: 20_000 }).toBe(`${before}by ${via}\r`);
  });

  test('an RFB 3.3 server that hangs up on what vncterm does not know', async () => {
    await using console = await open('old');
    expect(console.session.established.version).toBe('3.3');
    expect(difference(await console.capture(), await old.display.truth())).toBeUndefined();
  });

  test('ten at once, on two hosts; two of the same', async () => {
    const names = [...Array.from({ length: 10 }, (_, i) => `vm-${i}`), 'guest', 'guest'];
    const consoles = await Promise.all(names.map(open));
    try {
      const pictures = await Promise.all(consoles.map((console) => console.capture()));
      const [screen, card] = await Promise.all([guest.stableTruth(), desktop.display.truth()]);
      for (const [i, picture] of pictures.entries()) {
        const truth = picture.width === 320 ? card : screen;
        expect(difference(picture, truth), names[i]).toBeUndefined();
      }
      expect(pictures.filter(({ width }) => width === 320)).toHaveLength(6);
    } finally {
      await Promise.all(consoles.map((console) => console.close()));
    }
    expect(xen.pool.sessions.size).toBe(0);
  });

  test('list and power', async () => {
    const listed = await cli('list', xen.at(''), '--json');
    const machines = JSON.parse(listed.stdout) as { name: string; state: string; address: string }[];
    expect(machines).toHaveLength(13);
    const spare = machines.find(({ name }) => name === 'spare');
    expect(spare).toMatchObject({ state: 'Halted', console: 'none' });
    const address = spare?.address ?? '';
    expect((await cli('screenshot', address, '-o', path.join(folder, 'no.png'))).exitCode).toBe(10);
    expect(await cli('power', address, 'on')).toMatchObject({ exitCode: 0, stderr: '' });
    await using console = await connect(address, xen.options());
    const closed = new Promise((resolve) => console.once('closed', resolve));
    expect(await cli('power', address, 'off')).toMatchObject({ exitCode: 0, stderr: '' });
    await closed;
    expect(await cli('power', address, 'off')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await cli('power', address, 'reboot')).toMatchObject({
      exitCode: 30,
      stderr: expect.stringContaining('VM_BAD_POWER_STATE running halted'),
    });
  });

  test('wrong credentials: exit code 3, and nothing of them is told', async () => {
    const trust = ['--tls-pin', `sha256:${xen.hosts[0]?.fingerprint}`, '-vv'];
    const { exitCode, stderr } = await startCli(['screenshot', xen.at('guest'), ...trust], { password: 's3cr3t' })
      .result;
    expect({ exitCode, told: stderr.includes('s3cr3t') }).toEqual({ exitCode: 3, told: false });
    expect(stderr).toContain('does not accept the login of "root": check user name and password');
  });
});
