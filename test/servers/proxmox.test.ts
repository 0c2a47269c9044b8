import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProxmoxEmulation } from '../../src/emulators/proxmox/index.ts';
import { type Screen, sceneScreen } from '../../src/emulators/proxmox/machines.ts';
import { type Console, connect, listMachines, power } from '../../src/index.ts';
import { asUser, emulate, machine, ROOT, TOKEN, tcpScreen, withToken } from '../support/proxmox.ts';
import {
  colourCount,
  describeWith,
  difference,
  type Qemu,
  qemu,
  startCli,
  type XRfbServer,
  x11vnc,
  xtermText,
} from './rig/index.ts';

/** QEMU as `qm vncproxy` has it: the password is set, and expires, by the monitor. */
function qemuScreen({ port, qmp }: Qemu): Screen {
  return tcpScreen(port, async (password, validMs) => {
    await qmp.execute('set_password', { protocol: 'vnc', password: password.slice(0, 8) });
    await qmp.execute('expire_password', { protocol: 'vnc', time: `+${Math.ceil(validMs / 1000)}` });
  });
}

describeWith(['qemu'], 'Proxmox VE in front of QEMU', () => {
  let vm: Qemu;
  let emulation: ProxmoxEmulation;
  const commands: string[] = [];
  beforeAll(async () => {
    vm = await qemu({ password: 'nobody’s' });
    emulation = await emulate({
      machines: [
        machine(101, {
          name: 'boots',
          screen: qemuScreen(vm),
          async onPower(command) {
            commands.push(command);
            if (command === 'reset') await vm.qmp.execute('system_reset');
          },
        }),
      ],
    });
  });
  afterAll(async () => {
    await emulation?.close();
    await vm?.stop();
  });

  const rfbctl = async (args: readonly string[]) => {
    const [command = '', address = '', ...rest] = args;
    const run = startCli([command, `${emulation.address}${address}`, ...emulation.options, ...rest], {
      env: { PROXMOX_VE_API_TOKEN: TOKEN },
    });
    const { exitCode, stdout, stderr } = await run.result;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return stdout;
  };

  test('a screenshot is what screendump shows, by id and by name', async () => {
    const truth = await vm.stableTruth();
    for (const selector of ['/101', '/boots', '/nodes/pve1/qemu/101']) {
      const { width, height, data } = PNG.sync.read(await rfbctl(['screenshot', selector, '-o', '-']));
      expect(difference({ width, height, rgba: data }, truth), selector).toBeUndefined();
    }
  });

  // A guest that is starved of its CPU loses a key now and then, at any rate.
  test('typed text arrives, by token and by user', { retry: 2 }, async () => {
    const before = (await vm.typed()).length;
    await rfbctl(['type', '/boots', 'by token', '--enter', '--rate', '15']);
    await using console = await connect(`${emulation.address}/101`, asUser(emulation));
    await console.keyboard.type('by user\n', { rate: 15 });
    await expect.poll(async () => (await vm.typed()).slice(before), { timeout: 30_000 }).toBe('by token\rby user\r');
  });

  test('list and power', async () => {
    expect(JSON.parse((await rfbctl(['list', '', '--json'])).toString())).toEqual([
      {
        ...{ id: '101', name: 'boots', state: 'running', console: 'vnc', host: 'pve1' },
        address: `${emulation.address}/101`,
      },
    ]);
    await rfbctl(['power', '/101', 'off']);
    await expect(connect(`${emulation.address}/101`, withToken(emulation))).rejects.toThrow('is stopped');
    await rfbctl(['power', '/101', 'on']);
    await rfbctl(['power', '/101', 'reset']);
    expect(commands).toEqual(['stop', 'start', 'reset']);
    await using console = await connect(`${emulation.address}/101`, withToken(emulation));
    // Nothing stands behind the prompt: it has begun anew.
    await console.screen.waitForText(/ready\s*\n>\s*$/, { timeoutMs: 60_000 });
  });

  test('two of the same machine at once, and again: QEMU has one password for both', async () => {
    const truth = await vm.stableTruth();
    for (let round = 0; round < 3; round++) {
      const consoles = await Promise.all(
        [withToken(emulation), asUser(emulation)].map((options) => connect(`${emulation.address}/101`, options)),
      );
      for (const console of consoles) {
        expect(difference(await console.capture(), truth)).toBeUndefined();
        await console.close();
      }
    }
  });

  test('two processes at once', async () => {
    const screenshot = () => rfbctl(['screenshot', '/101', '-o', '-', '--timeout', '100s']);
    for (const png of await Promise.all([screenshot(), screenshot(), screenshot()]))
      expect(png.length).toBeGreaterThan(0);
  });
});

describeWith(['qemu'], 'Proxmox VE in front of ten machines', () => {
  const machines: Qemu[] = [];
  let emulation: ProxmoxEmulation;
  beforeAll(async () => {
    // They do not run: each shows that, under a name of its own.
    const start = (vmid: number) => qemu({ guest: 'none', password: 'nobody’s', args: ['-S', '-name', `vm${vmid}`] });
    const ids = Array.from({ length: 10 }, (_, i) => 101 + i);
    for (const vmid of ids) machines.push(await start(vmid));
    emulation = await emulate({
      machines: machines.map((vm, i) => machine(101 + i, { node: i % 2 ? 'pve2' : 'pve1', screen: qemuScreen(vm) })),
    });
  });
  afterAll(async () => {
    await emulation?.close();
    await Promise.all(machines.map((vm) => vm.stop()));
  });

  test('ten consoles at once', async () => {
    const found = await listMachines(emulation.address, withToken(emulation));
    const consoles: Console[] = await Promise.all(found.map(({ address }) => connect(address, asUser(emulation))));
    expect(consoles.map(({ desktopName }) => desktopName)).toEqual(found.map(({ name }) => `QEMU (${name})`));
    for (const [i, console] of consoles.entries()) {
      expect(
        difference(await console.capture(), (await machines[i]?.truth()) ?? { width: 0, height: 0, rgba: Buffer.of() }),
      ).toBeUndefined();
    }
    await power(`${emulation.address}/105`, 'off', withToken(emulation));
    await Promise.all(consoles.map((console) => console.close()));
  });
});

/** vncterm is LibVNCServer with eight bits and a colour map; so is this. */
describeWith(['x11vnc', 'xterm'], 'Proxmox VE in front of a VNC server with a colour map', () => {
  const PASSWORD = '%26+&;:"';
  let server: XRfbServer;
  let emulation: ProxmoxEmulation;
  beforeAll(async () => {
    server = await x11vnc({ geometry: '640x400', depth: 8, password: PASSWORD });
    const screen = tcpScreen(server.port);
    emulation = await emulate({
      machines: [machine(200, { type: 'lxc', screen })],
      nodeScreen: screen,
      consolePassword: () => PASSWORD,
    });
  });
  afterAll(async () => {
    await emulation?.close();
    await server?.stop();
  });

  test.each(['/200', '/nodes/pve2'])('%s: in true colour and as the server has it', async (place) => {
    await using _ = await xtermText(server.display, '\x1b[31mred \x1b[42mon green');
    const truth = await server.display.stableTruth();
    expect(colourCount(truth)).toBeGreaterThan(2);
    await using console = await connect(`${emulation.address}${place}`, asUser(emulation));
    // x11vnc learns of new colours only every now and then.
    await expect.poll(async () => difference(await console.capture(), truth), { timeout: 30_000 }).toBeUndefined();
    await using native = await connect(`${emulation.address}${place}`, { ...asUser(emulation), pixelFormat: 'native' });
    expect(native.session.established.server.pixelFormat).toMatchObject({ bitsPerPixel: 8, trueColour: false });
    expect(colourCount(await native.capture())).toBeGreaterThan(2);
  });
});

/** Of everything that a run leaves behind. */
test('no secret is in what is printed, logged or traced', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'rfbctl-proxmox-'));
  const consolePassword = 'C0NS0LE!';
  const emulation = await emulate({
    machines: [machine(101, { screen: sceneScreen('login') })],
    consolePassword: () => consolePassword,
  });
  try {
    await writeFile(path.join(folder, 'secret'), ROOT.password);
    const common = [
      ...emulation.options,
      '-vv',
      '--log-file',
      path.join(folder, 'log'),
      '--trace',
      path.join(folder, 'trace'),
    ];
    const as = ['--username', 'root@pam', '--password-file', path.join(folder, 'secret')];
    const run = startCli([
      'screenshot',
      `${emulation.address}/101`,
      '-o',
      path.join(folder, 'shot.png'),
      ...common,
      ...as,
    ]);
    const watched = watchProcess(run.process.pid ?? 0);
    const { exitCode, stdout, stderr } = await run.result;
    expect(exitCode, stderr).toBe(0);
    const left = [stdout.toString(), stderr, ...watched()];
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (file.isFile() && file.name !== 'secret')
        left.push(await readFile(path.join(file.parentPath, file.name), 'latin1'));
    }
    expect(left.length).toBeGreaterThan(4);
    for (const secret of [ROOT.password, ROOT.tokens.ci, consolePassword, 'PVEVNC', 'PVE:root', 'PVEAuthCookie']) {
      for (const text of left) expect(text.includes(secret) ? `${secret} in ${text.slice(0, 300)}` : '').toBe('');
    }
  } finally {
    await emulation.close();
    await rm(folder, { recursive: true });
  }
});

/** What others can see of a process, looked at for as long as it lives. */
function watchProcess(pid: number): () => readonly string[] {
  const seen = new Set<string>();
  const look = async () => {
    seen.add(await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => ''));
  };
  void look();
  const timer = setInterval(look, 50);
  return () => {
    clearInterval(timer);
    return [...seen];
  };
}
