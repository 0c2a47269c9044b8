import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Console, connect } from '../../src/index.ts';
import { listMachines, openAddress, power } from '../../src/transports/index.ts';
import { cli, describeWith, difference, type Qemu, qemu, type Sshd, sshd } from './rig/index.ts';

const PASSWORD = 's3c:r/&t';

/** The real virsh with libvirt's test driver, whose domains are here real QEMUs. */
describeWith(['virsh', 'qemu', 'sshd'], 'libvirt', () => {
  let tcp: Qemu;
  let unix: Qemu;
  let web: Qemu;
  let gate: Sshd;
  let folder: string;
  let uri: string;
  const PATH = process.env.PATH ?? '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rfbctl-libvirt-'));
    [tcp, unix, web, gate] = await Promise.all([
      qemu({ password: PASSWORD }),
      qemu({ display: 'unix' }),
      qemu({ display: 'websocket' }),
      sshd(),
    ]);
    const socket = unix.address.slice('unix:'.length);
    const password = PASSWORD.replace('&', '&amp;');
    const domains = {
      'web 1': `<graphics type='vnc' port='${tcp.port}' listen='0.0.0.0' passwd='${password}'/>`,
      '--socket': `<graphics type='vnc'><listen type='socket' socket='${socket}'/></graphics>`,
      websocket: `<graphics type='vnc' port='1' websocket='${web.port}' listen='127.0.0.1'/>`,
      expired: `<graphics type='vnc' port='${tcp.port}' passwd='wrong' passwdValidTo='2020-01-01T00:00:00'/>`,
      spice: "<graphics type='spice' port='5900'/>",
      dead: "<graphics type='vnc' port='1'/>",
    };
    const xml = Object.entries({ ...domains, off: "<graphics type='vnc' port='-1'/>" }).map(([name, graphics], i) => {
      const state = name === 'off' ? '<test:runstate>5</test:runstate>' : '';
      return `<domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'><name>${name}</name>
        <uuid>6695eb01-f6a4-8304-79aa-97f2502e194${i}</uuid><memory>8192</memory><os><type>hvm</type></os>
        <devices>${graphics}</devices>${state}</domain>`;
    });
    const file = path.join(folder, 'node.xml');
    await writeFile(file, `<node>${xml.join('')}</node>`);
    uri = `test://${file}`;
  });
  afterAll(async () => {
    await Promise.all([tcp?.stop(), unix?.stop(), web?.stop(), gate?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    vi.stubEnv('PATH', `${await gate.client()}:${PATH}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const at = (domain: string, more = '') => `libvirt://${encodeURIComponent(domain)}?connect=${uri}${more}`;
  const open = (domain: string, more = ''): Promise<Console> => connect(at(domain, more));

  test('a port with a password, a socket, a websocket', async () => {
    for (const [domain, more, guest] of [
      ['web 1', '', tcp],
      ['--socket', '', unix],
      ['websocket', '&via=websocket', web],
      ['6695eb01-f6a4-8304-79aa-97f2502e1941', '', unix],
    ] as const) {
      await using console = await open(domain, more);
      expect(difference(await console.capture(), await guest.stableTruth()), domain).toBeUndefined();
    }
  });

  test('the command line: picture, keys, list; the password is told to nobody', async () => {
    const file = path.join(folder, 'web.png');
    const shot = await cli('screenshot', at('web 1'), '-o', file, '-vv');
    expect(shot.exitCode).toBe(0);
    expect(`${shot.stdout}${shot.stderr}`).not.toContain(PASSWORD);
    const before = await tcp.typed();
    expect(await cli('type', at('web 1'), 'by virsh')).toMatchObject({ exitCode: 0, stderr: '' });
    await expect.poll(() => tcp.typed(), { timeout: 20_000 }).toBe(`${before}by virsh`);
    const { stdout } = await cli('list', `libvirt:?connect=${uri}`, '--json');
    const machines = JSON.parse(stdout.toString());
    expect(machines).toHaveLength(7);
    expect(machines).toContainEqual({
      id: '6695eb01-f6a4-8304-79aa-97f2502e1940',
      name: 'web 1',
      state: 'running',
      console: 'vnc',
      address: `libvirt://6695eb01-f6a4-8304-79aa-97f2502e1940?connect=${uri}`,
    });
    expect(machines).toContainEqual(expect.objectContaining({ name: 'off', state: 'shut off', console: 'vnc' }));
    expect(machines).toContainEqual(expect.objectContaining({ name: 'spice', console: 'none' }));
    expect(stdout.toString()).not.toContain(PASSWORD);
  });

  test('ten at once', async () => {
    const consoles = await Promise.all(Array.from({ length: 10 }, (_, i) => open(i % 2 === 0 ? 'web 1' : '--socket')));
    const [first, second] = [await tcp.stableTruth(), await unix.stableTruth()];
    for (const [i, console] of consoles.entries()) {
      expect(difference(await console.capture(), i % 2 === 0 ? first : second)).toBeUndefined();
    }
    await Promise.all(consoles.map((console) => console.close()));
  });

  test('power', async () => {
    // The driver's domains are as they were for every new virsh.
    for (const action of ['shutdown', 'reboot', 'off'] as const) await power(at('web 1'), action);
    await power(at('off'), 'on');
    // What is so already is done.
    await power(at('web 1'), 'on');
    await power(at('off'), 'shutdown');
    await expect(power(at('off'), 'reset')).rejects.toMatchObject({
      name: 'ActionError',
      message: expect.stringMatching(/^libvirt:\/\/off\?connect=[^:]*:[^:]*: /),
    });
    expect((await cli('power', at('off'), 'reset')).exitCode).toBe(30);
    await expect(power(at('nobody'), 'on')).rejects.toMatchObject({ name: 'ConnectionError' });
  });

  test('the variables of virsh, and its own choice', async () => {
    const variables = { LIBVIRT_DEFAULT_URI: 'test:///nowhere', VIRSH_DEFAULT_CONNECT_URI: uri };
    expect(await listMachines('libvirt:', { variables })).toHaveLength(7);
    vi.stubEnv('VIRSH_DEFAULT_CONNECT_URI', uri);
    expect(await listMachines('libvirt:')).toHaveLength(7);
  });

  test.each([
    ['spice', 'CONNECT_FAILED', /only spice, which is not RFB/],
    ['off', 'CONNECT_FAILED', /the domain is shut off/],
    ['nobody', 'CONNECT_FAILED', /says: failed to get domain 'nobody'/],
    ['--help', 'CONNECT_FAILED', /says: failed to get domain '--help'/],
    ['dead', 'CONNECT_FAILED', /nothing listens on 127\.0\.0\.1::1/],
    ['', 'BAD_ADDRESS', /which domain\?/],
  ])('the domain "%s" is %s', async (domain, code, message) => {
    await expect(openAddress(at(domain))).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a password that has expired is told before it is refused', async () => {
    const warnings: string[] = [];
    const opening = connect(at('expired'), { onWarning: (message) => warnings.push(message) });
    await expect(opening).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    expect(warnings).toContainEqual(expect.stringMatching(/has expired on 2020-01-01T00:00:00 \(passwdValidTo\)/));
  });

  test('no libvirt, no virsh', async () => {
    await expect(openAddress('libvirt://a?connect=test:///nowhere.xml')).rejects.toThrow(
      /^virsh at test:\/\/\/nowhere\.xml: no connection: .*: is libvirt running there, and is this its URI\?$/,
    );
    vi.stubEnv('PATH', folder);
    await expect(openAddress(at('web 1'))).rejects.toThrow('there is no program virsh in the PATH');
  });

  test('a hypervisor behind ssh: its ports and sockets are dialled there', async () => {
    const bin = await mkdtemp(path.join(tmpdir(), 'rfbctl-bin-'));
    const virsh = `#!/bin/sh\nprintf '%s\\n' "$2" >>'${bin}/asked'\nshift 2\nexec $(PATH='${PATH}' command -v virsh) -q '--connect=${uri}' "$@"\n`;
    await writeFile(path.join(bin, 'virsh'), virsh);
    await chmod(path.join(bin, 'virsh'), 0o755);
    vi.stubEnv('PATH', `${bin}:${await gate.client()}:${PATH}`);
    const there = gate.via.replace('ssh:', 'qemu+ssh://');
    try {
      for (const [domain, guest] of [
        ['web%201', tcp],
        ['--socket', unix],
      ] as const) {
        await using console = await connect(`libvirt://${domain}?connect=${there}/system`);
        expect(console.session.name).toMatch(/through ssh:/);
        expect(difference(await console.capture(), await guest.stableTruth()), domain).toBeUndefined();
      }
      await using byWeb = await connect(`libvirt://websocket?connect=${there}/system&via=websocket`);
      expect(difference(await byWeb.capture(), await web.stableTruth())).toBeUndefined();
      await using via = await connect('libvirt://web%201', { via: gate.via });
      expect(difference(await via.capture(), await tcp.stableTruth())).toBeUndefined();
      const asked = new Set((await readFile(path.join(bin, 'asked'), 'utf8')).trim().split('\n'));
      expect([...asked]).toEqual([`--connect=${there}/system?no_tty=1`]);
    } finally {
      await rm(bin, { recursive: true });
    }
  });
});
