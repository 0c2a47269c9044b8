import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connect } from '../../src/index.ts';
import { openAddress } from '../../src/transports/index.ts';
import { serveTls } from '../support/pipe-servers.ts';
import { serveProxmox } from '../support/proxmox.ts';
import { type RunningPool, rfbAt, startPool } from '../support/xapi-pool.ts';
import { cli, describeWith, difference, type Qemu, qemu, type Sshd, sshd } from './rig/index.ts';

describeWith(['sshd', 'qemu'], 'through ssh', () => {
  let gate: Sshd;
  let guest: Qemu;
  let folder: string;
  let xen: RunningPool;
  const PATH = process.env.PATH ?? '';
  beforeAll(async () => {
    [gate, guest, folder] = await Promise.all([sshd(), qemu(), mkdtemp(path.join(tmpdir(), "rfbctl ssh's "))]);
    xen = await startPool({ vms: [{ name: 'guest', consoles: [rfbAt(guest.port)] }] });
  });
  afterAll(async () => {
    await Promise.all([xen?.[Symbol.asyncDispose](), gate?.stop(), guest?.stop()]);
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    vi.stubEnv('PATH', `${await gate.client()}:${PATH}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  async function picture(address: string, options: object = {}) {
    await using console = await connect(address, { via: gate.via, ...options });
    return await console.capture();
  }

  test('a host and port, as ssh’s machine sees it', async () => {
    expect(difference(await picture(guest.address), await guest.stableTruth())).toBeUndefined();
    const file = path.join(folder, 'via.png');
    const result = await cli('screenshot', guest.address, '--via', gate.via, '-o', file);
    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const before = await guest.typed();
    expect(await cli('type', guest.address, '--via', gate.via, 'far away')).toMatchObject({ exitCode: 0 });
    await expect.poll(() => guest.typed(), { timeout: 20_000 }).toBe(`${before}far away`);
  });

  test('a socket with a name of every kind, by nc or by socat', async () => {
    const file = path.join(folder, `a,b "c" $HOME 'd' \\e!.sock`);
    const relay = createServer((socket) => join(socket, guest.port));
    await new Promise<void>((resolve) => relay.listen(file, resolve));
    expect(difference(await picture(`unix:${file}`), await guest.stableTruth())).toBeUndefined();
    // Without nc of OpenBSD there is one that knows no sockets.
    const bin = await mkdtemp(path.join(tmpdir(), 'rfbctl-bin-'));
    const script = `#!/bin/sh\necho "$*" >>${bin}/asked\necho "[v1.10] -l -p"\n`;
    await writeFile(path.join(bin, 'nc'), script, { mode: 0o755 });
    await using gate = await sshd({ config: [`SetEnv PATH=${bin}:${PATH}`] });
    vi.stubEnv('PATH', `${await gate.client()}:${PATH}`);
    const { via } = gate;
    expect(difference(await picture(`unix:${file}`, { via }), await guest.stableTruth())).toBeUndefined();
    expect(await readFile(path.join(bin, 'asked'), 'utf8')).toBe('-h\n');
    await rm(bin, { recursive: true });
    await new Promise((resolve) => relay.close(resolve));
  });

  test('TLS, and APIs with their consoles', async () => {
    for (const serve of [serveTls, serveProxmox]) {
      const { address, options, close } = await serve((peer) => join(peer as Socket, guest.port));
      expect(difference(await picture(address, options), await guest.stableTruth()), address).toBeUndefined();
      await close();
    }
    expect(difference(await picture(xen.at('guest'), xen.options()), await guest.stableTruth())).toBeUndefined();
  });

  test('bytes in both directions, and the end', async () => {
    const sizes: number[] = [];
    const server = await listen((socket) => {
      socket.write('hello');
      let got = 0;
      socket.on('data', (chunk) => {
        got += chunk.length;
        if (got === 3_000_000) socket.end(Buffer.alloc(2_000_000, 1));
      });
      socket.on('close', () => sizes.push(got));
    });
    const { pipe } = await openAddress(`vnc://127.0.0.1:${server.port}`, { via: gate.via });
    void pipe.write(Buffer.alloc(3_000_000));
    let received = 0;
    for await (const chunk of pipe.incoming) received += chunk.length;
    await pipe.close();
    expect({ received, sizes }).toEqual({ received: 2_000_005, sizes: [3_000_000] });
    await server.close();
  });

  test('closing ends ssh; a signal ends the wait for a first word', async () => {
    let hungUp = 0;
    const silent = await listen((socket) => socket.resume().on('close', () => hungUp++));
    const abort = new AbortController();
    const address = `vnc://127.0.0.1:${silent.port}`;
    const opening = openAddress(address, { via: gate.via, signal: abort.signal });
    await expect.poll(() => silent.count(), { timeout: 20_000 }).toBe(1);
    abort.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    await expect.poll(() => hungUp, { timeout: 20_000 }).toBe(1);
    await expect(connect(address, { via: gate.via, connectTimeoutMs: 1500 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(
        /still waiting for the first word of 127\.0\.0\.1:\d+ through ssh:\S+@127\.0\.0\.1:\d+ after/,
      ),
    });
    await silent.close();
  });

  describe('what fails is told in one line', () => {
    const attempt = async (address: string, client: readonly string[] = [], via = gate.via) => {
      vi.stubEnv('PATH', `${await gate.client(client)}:${PATH}`);
      return await openAddress(address, { via }).then(
        () => expect.fail('it opened'),
        (error: unknown) => error,
      );
    };
    const failure = (message: RegExp, code = 'CONNECT_FAILED') =>
      expect.objectContaining({ code, phase: 'connect', message: expect.stringMatching(message) });

    test('nothing listens there', async () => {
      expect(await attempt('vnc://127.0.0.1:1')).toEqual(
        failure(/^ssh:\S+: 127\.0\.0\.1:1 cannot be reached from there: Connection refused$/),
      );
      expect(await attempt('unix:/nowhere.sock')).toEqual(
        failure(/: there is no connection to \/nowhere\.sock: No such file/),
      );
      expect(await attempt('tls://127.0.0.1:1')).toEqual(failure(/cannot be reached from there: Connection refused/));
      expect(await attempt(xen.at('guest').replace(/:\d+\//, ':1/'), [])).toMatchObject({
        code: 'CREDENTIALS_REQUIRED',
      });
    });

    test('ssh does not get in', async () => {
      const nobody = gate.via.replace(/ssh:[^@]*/, 'ssh:no-such-user');
      expect(await attempt(guest.address, [], nobody)).toEqual(
        failure(/does not let this user in: Permission denied \(publickey\); .*ssh-add/, 'AUTHENTICATION_FAILED'),
      );
      expect(await attempt(guest.address, ['UserKnownHostsFile /dev/null'])).toEqual(
        failure(/its host key is not known, or not the known one: connect once by hand/),
      );
      const dead = 'ssh:127.0.0.1:1';
      expect(await attempt(guest.address, [], dead)).toEqual(failure(/ssh says: .*Connection refused/));
      expect(await attempt(guest.address, [], 'ssh:no.such.host.invalid')).toEqual(
        failure(/ssh says: .*no\.such\.host/),
      );
    });

    test('a gate that forwards nothing', async () => {
      await using closed = await sshd({ config: ['AllowTcpForwarding no'] });
      vi.stubEnv('PATH', `${await closed.client()}:${PATH}`);
      await expect(openAddress(guest.address, { via: closed.via })).rejects.toThrow(
        /it forbids connections to 127\.0\.0\.1:\d+: AllowTcpForwarding/,
      );
    });

    test('no ssh at all', async () => {
      vi.stubEnv('PATH', folder);
      await expect(openAddress(guest.address, { via: gate.via })).rejects.toThrow(
        'there is no program ssh in the PATH',
      );
    });

    test('exit codes', async () => {
      const { exitCode, stderr } = await cli('screenshot', 'vnc://127.0.0.1:1', '--via', gate.via);
      expect({ exitCode, lines: stderr.trim().split('\n').length }).toEqual({ exitCode: 10, lines: 1 });
      const nobody = gate.via.replace(/ssh:[^@]*/, 'ssh:no-such-user');
      expect((await cli('screenshot', guest.address, '--via', nobody)).exitCode).toBe(3);
      expect((await cli('screenshot', 'demo:', '--via', gate.via)).exitCode).toBe(2);
      expect((await cli('screenshot', guest.address, '--via', 'ssh:-oProxyCommand=x')).exitCode).toBe(2);
    });
  });
});

/** Joins a connection with a port of this machine. */
function join(socket: Socket, port: number): void {
  const server = rfbAt(port).connect();
  socket.on('error', () => {});
  server.then((far) => {
    far.on('error', () => {});
    socket.pipe(far).pipe(socket);
  });
}

async function listen(serve: (socket: Socket) => void) {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    connections++;
    sockets.add(socket.on('error', () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    count: () => connections,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
