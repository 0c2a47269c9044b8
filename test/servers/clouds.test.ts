import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serverOf } from '../../src/emulators/console-stream.ts';
import { startHetzner } from '../../src/emulators/hetzner/index.ts';
import { Project } from '../../src/emulators/hetzner/project.ts';
import { Cluster } from '../../src/emulators/kubevirt/cluster.ts';
import { kubeconfigOf, startKubeVirt } from '../../src/emulators/kubevirt/index.ts';
import { startNova } from '../../src/emulators/nova/index.ts';
import { OpenStackProject } from '../../src/emulators/nova/project.ts';
import { connect } from '../../src/index.ts';
import { testCertificate } from '../support/pipe-servers.ts';
import { describeWith, difference, parsePpm, type Qemu, qemu, startCli } from './rig/index.ts';

// Each provider's emulator in front of real machines.

const SECRET = 'hunter2-of-the-api';
const MACHINES = 10;

interface Cloud {
  /** The address of all machines. */
  readonly all: string;
  addressOf(name: string): string;
  readonly variables: Readonly<Record<string, string>>;
  /** What must show up nowhere. */
  secrets(): readonly string[];
  /** Whether there is one viewer a machine. */
  readonly oneViewer?: true;
  close(): Promise<void>;
}

const nameOf = (index: number) => `machine-${index}`;

const clouds: Readonly<Record<string, (machines: readonly Qemu[]) => Promise<Cloud>>> = {
  async hetzner(machines) {
    const token = SECRET.padEnd(64, 'x');
    const servers = machines.map((machine, index) => {
      const behind = serverOf({ host: '127.0.0.1', port: machine.port });
      return { id: 100 + index, name: nameOf(index), status: 'running' as const, connect: behind };
    });
    const project = new Project({ token, servers });
    const api = await startHetzner(project);
    return {
      all: 'hetzner:',
      addressOf: (name) => `hetzner://${name}`,
      variables: { HCLOUD_TOKEN: token, HCLOUD_ENDPOINT: `http://${api.authority}/v1` },
      secrets: () => [
        token,
        ...project.tickets.flatMap(({ path, password }) => [path.slice(-20), password.slice(0, 8)]),
      ],
      close: api.close,
    };
  },

  async openstack(machines) {
    const servers = machines.map((machine, index) => {
      const behind = serverOf({ host: '127.0.0.1', port: machine.port });
      return { id: randomUUID(), name: nameOf(index), status: 'ACTIVE' as const, connect: behind };
    });
    const user = { name: 'ci', password: SECRET, domain: 'default' };
    const credential = { id: 'id', secret: SECRET };
    const project = new OpenStackProject({ user, project: 'demo', credential, servers, securityProxy: true });
    const nova = await startNova(project);
    return {
      all: 'openstack:',
      addressOf: (name) => `openstack://${name}`,
      variables: {
        OS_AUTH_URL: `http://${nova.authority}/identity/v3`,
        OS_USERNAME: user.name,
        OS_PASSWORD: SECRET,
        OS_PROJECT_NAME: 'demo',
      },
      secrets: () => [SECRET, ...project.tokens, ...project.consoles.map(({ token }) => token)],
      close: nova.close,
    };
  },

  async kubevirt(machines) {
    const cluster = new Cluster({
      users: [{ name: 'ci', token: SECRET }],
      machines: machines.map((machine, index) => {
        const behind = serverOf({ host: '127.0.0.1', port: machine.port });
        return { namespace: 'lab', name: nameOf(index), connect: behind };
      }),
    });
    const { cert, key, ca } = testCertificate;
    const api = await startKubeVirt(cluster, { tls: { cert, key } });
    const kubeconfig = path.join(scratch, 'kubeconfig');
    const authority = Buffer.from(ca).toString('base64');
    writeFileSync(kubeconfig, kubeconfigOf(`https://${api.authority}`, authority, `token: ${SECRET}`), { mode: 0o600 });
    return {
      all: 'kubevirt:',
      addressOf: (name) => `kubevirt://lab/${name}`,
      variables: { KUBECONFIG: kubeconfig },
      secrets: () => [SECRET],
      oneViewer: true,
      close: api.close,
    };
  },
};

const scratch = mkdtempSync(path.join(tmpdir(), 'rfbctl-clouds-'));
afterAll(() => rmSync(scratch, { recursive: true }));

describeWith(['qemu'], 'machines behind an API', () => {
  const machines: Qemu[] = [];
  beforeAll(async () => {
    for (let index = 0; index < MACHINES; index++) {
      machines.push(await qemu({ guest: index === 0 ? 'boot-sector' : 'none', args: ['-name', nameOf(index)] }));
    }
  });
  afterAll(async () => {
    for (const machine of machines) await machine.stop();
  });

  test.each(Object.entries(clouds))(
    '%s: the picture, keys, list, power; no secret left anywhere',
    async (name, start) => {
      const cloud = await start(machines);
      try {
        const [vm] = machines;
        if (vm === undefined) throw new Error('no machine');
        const before = (await vm.typed()).length;
        const shot = path.join(scratch, `${name}.ppm`);
        const trace = path.join(scratch, name);
        const log = path.join(scratch, `${name}.log`);
        const outputs: string[] = [];
        const run = async (...args: string[]) => {
          const { exitCode, stdout, stderr } = await startCli(args, { env: cloud.variables }).result;
          outputs.push(`${stdout}${stderr}`);
          expect(exitCode, `${args.join(' ')}: ${stderr}`).toBe(0);
          return stdout.toString();
        };
        const list = JSON.parse(await run('list', cloud.all, '--json'));
        expect(list).toHaveLength(MACHINES);
        expect(list[0]).toMatchObject({ name: nameOf(0), console: 'vnc' });
        await run('type', list[0].address, 'uptime', '-vv', '--log-file', log, '--trace', trace);
        await expect.poll(async () => (await vm.typed()).slice(before), { timeout: 20_000 }).toBe('uptime');
        await run('screenshot', cloud.addressOf(nameOf(0)), '-o', shot, '-vv', '--log-file', log);
        expect(difference(parsePpm(readFileSync(shot)), await vm.stableTruth())).toBeUndefined();
        await run('power', cloud.addressOf(nameOf(9)), 'off');
        expect(JSON.parse(await run('list', cloud.all, '--json'))[9].state).not.toBe(list[9].state);

        for (const entry of await readdir(trace, { recursive: true, withFileTypes: true })) {
          if (entry.isFile()) outputs.push(readFileSync(path.join(entry.parentPath, entry.name), 'latin1'));
        }
        outputs.push(readFileSync(log, 'utf8'));
        for (const secret of cloud.secrets()) expect(outputs.join('\n')).not.toContain(secret);
        expect(cloud.secrets()).not.toHaveLength(0);
      } finally {
        await cloud.close();
      }
    },
  );

  test.each(Object.entries(clouds))('%s: ten machines at once, and two viewers of one', async (_name, start) => {
    const cloud = await start(machines);
    const { variables } = cloud;
    try {
      const open = (index: number) => connect(cloud.addressOf(nameOf(index)), { variables, connectTimeoutMs: 60_000 });
      const consoles = await Promise.all(machines.map((_machine, index) => open(index)));
      expect(consoles.map(({ desktopName }) => desktopName)).toEqual(
        machines.map((_, index) => `QEMU (${nameOf(index)})`),
      );
      await Promise.all(consoles.map((console) => console.capture()));
      await Promise.all(consoles.map((console) => console.close()));

      const pair = await Promise.allSettled([open(0), open(0)]);
      const opened = pair.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const refused = pair.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
      if (cloud.oneViewer) expect(refused).toEqual([expect.stringContaining('somebody else looks at this console')]);
      else expect(refused).toEqual([]);
      for (const console of opened) await console.capture();
      await Promise.all(opened.map((console) => console.close()));
    } finally {
      await cloud.close();
    }
  });
});
