import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { serverOf } from '../../src/emulators/console-stream.ts';
import type { HttpServer } from '../../src/emulators/http-server.ts';
import { Cluster, StatusError } from '../../src/emulators/kubevirt/cluster.ts';
import { kubeconfigOf, startKubeVirt } from '../../src/emulators/kubevirt/index.ts';
import { connect } from '../../src/index.ts';
import { type Listening, serve } from '../../src/server/listen.ts';
import { listMachines, openAddress, power } from '../../src/transports/index.ts';
import { clientCertificate, testCertificate } from '../support/pipe-servers.ts';

const TOKEN = 'hunter2-of-the-cluster';
const scratch = mkdtempSync(path.join(tmpdir(), 'rfbctl-kubevirt-test-'));
afterAll(() => rmSync(scratch, { recursive: true }));
// The kept client is large: not every test is to wait for it.
beforeAll(async () => void (await import('@kubernetes/client-node')), 60_000);

let console: Listening;
let cluster: Cluster;
let api: HttpServer;
let variables: Record<string, string>;

const base64 = (text: string) => Buffer.from(text).toString('base64');

function kubeconfig(user: string, name = 'config'): string {
  const file = path.join(scratch, name);
  writeFileSync(file, kubeconfigOf(`https://${api.authority}`, base64(testCertificate.ca), user), { mode: 0o600 });
  return file;
}

beforeEach(async () => {
  console = await serve({ scene: 'login' });
  const behind = serverOf(console);
  cluster = new Cluster({
    users: [
      { name: 'ci', token: TOKEN },
      { name: 'guest', token: 'guest', consoles: false },
      { name: 'robot', certificate: 'rfbctl test client' },
    ],
    machines: [
      { namespace: 'default', name: 'web-1', connect: behind },
      { namespace: 'default', name: 'headless', connect: behind, graphics: false },
      { namespace: 'lab', name: 'spare-1', connect: behind, running: false },
      { namespace: 'lab', name: 'loner', connect: behind, managed: false },
    ],
  });
  const { cert, key } = testCertificate;
  api = await startKubeVirt(cluster, {
    tls: { cert, key, ca: clientCertificate.ca, requestCert: true, rejectUnauthorized: false },
  });
  variables = { HOME: '/nonexistent', KUBECONFIG: kubeconfig(`token: ${TOKEN}`) };
});
afterEach(async () => {
  await Promise.all([api.close(), console.close()]);
});

async function visit(address: string, more: object = {}): Promise<void> {
  await using vm = await connect(address, { variables, ...more });
  expect(vm.width).toBe(720);
}

const web = 'kubevirt://default/web-1';

describe('who one is, by the kubeconfig', () => {
  const as = async (user: string) => await visit(web, { variables: { KUBECONFIG: kubeconfig(user, 'another') } });

  test('a token, a client certificate', async () => {
    await visit(web);
    const { cert, key } = clientCertificate;
    await as(`client-certificate-data: ${base64(cert)}\n    client-key-data: ${base64(key)}`);
  });

  test('a plugin that is run', async () => {
    const plugin = path.join(scratch, 'plugin.mjs');
    const status = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: TOKEN } };
    writeFileSync(plugin, `#!/usr/bin/env node\nconsole.log(${JSON.stringify(JSON.stringify(status))});\n`);
    chmodSync(plugin, 0o700);
    const exec = `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${process.execPath}, args: [PLUGIN], interactiveMode: Never}`;
    await as(exec.replace('PLUGIN', plugin));
    await expect(as(exec.replace('PLUGIN', path.join(scratch, 'none.mjs')))).rejects.toMatchObject({
      code: 'BAD_CONFIG',
      message: expect.stringContaining('the login of context "emulated" failed'),
    });
  });

  test('a token of the caller goes before it', async () => {
    await visit(web, { token: TOKEN, variables: { KUBECONFIG: kubeconfig('token: another', 'another') } });
    await expect(visit(web, { token: 'another' })).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });

  test('contexts, several files, none', async () => {
    await visit(`${web}?context=emulated`);
    await expect(visit(`${web}?context=other`)).rejects.toThrow(
      'no context "other"; there are emulated (?context=NAME)',
    );
    const more = path.join(scratch, 'more');
    writeFileSync(
      more,
      'apiVersion: v1\nkind: Config\ncontexts:\n- name: more\n  context: {cluster: emulated, user: ci}\n',
    );
    await visit(`${web}?context=more`, {
      variables: { KUBECONFIG: `${variables.KUBECONFIG}${path.delimiter}${more}` },
    });
    await expect(visit(web, { variables: { HOME: '/nonexistent' } })).rejects.toThrow(
      'there is no kubeconfig: wanted one in /nonexistent/.kube/config or KUBECONFIG',
    );
    await expect(visit(web, { variables: { KUBECONFIG: '/nonexistent' } })).rejects.toThrow('cannot be read (ENOENT)');
    writeFileSync(more, `users: [{name: ci, user: {token: ${TOKEN}}`);
    const error = await visit(web, { variables: { KUBECONFIG: more } }).catch((caught) => caught);
    expect(error.message).toMatch(/more is no kubeconfig$/);
  });

  test('a cluster that is not trusted is told nothing', async () => {
    const file = path.join(scratch, 'untrusted');
    writeFileSync(file, kubeconfigOf(`https://${api.authority}`, base64(clientCertificate.ca), `token: ${TOKEN}`));
    await expect(visit(web, { variables: { KUBECONFIG: file } })).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
    await visit(web, { variables: { KUBECONFIG: file }, tls: { ca: testCertificate.ca } });
  });
});

describe('one viewer a machine', () => {
  test('who comes second leaves the first alone, and says how to put it out', async () => {
    await using first = await connect(web, { variables });
    await expect(visit(web)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringMatching(/Active VNC connection.*\?preserveSession=false puts them out/),
    });
    await first.capture();
    await visit(`${web}?preserveSession=false`);
    await expect.poll(() => first.session.ended, { timeout: 10_000 }).toMatchObject({ code: 'CONNECTION_LOST' });
  });
});

describe('a client that knows less fails', () => {
  const vnc = () =>
    `wss://${api.authority}/apis/subresources.kubevirt.io/v1/namespaces/default/virtualmachineinstances/web-1/vnc`;
  const tls = { ca: testCertificate.ca };
  const authorized = { Authorization: `Bearer ${TOKEN}` };

  test('that offers binary, has no token, or the wrong path', async () => {
    await expect(openAddress(vnc(), { tls, headers: authorized })).rejects.toThrow(/answered 400 /);
    const subprotocol = 'plain.kubevirt.io';
    await expect(openAddress(vnc(), { tls, subprotocol })).rejects.toThrow(/answered 401 /);
    await expect(
      openAddress(vnc().replace('/vnc', '/console'), { tls, subprotocol, headers: authorized }),
    ).rejects.toThrow(/answered 404 /);
    const { pipe } = await openAddress(vnc(), { tls, subprotocol, headers: authorized });
    await pipe.close();
  });

  test('that sends text: it is dropped without a word', async () => {
    const { WebSocket } = await import('ws');
    const bearer = `base64url.bearer.authorization.k8s.io.${Buffer.from(TOKEN).toString('base64url')}`;
    const socket = new WebSocket(vnc(), [bearer, 'plain.kubevirt.io'], { ca: tls.ca });
    const said: string[] = [];
    socket.on('message', (data: Buffer) => said.push(data.toString('latin1')));
    await expect.poll(() => said.join('')).toBe('RFB 003.008\n');
    expect(socket.protocol).toBe('plain.kubevirt.io');
    socket.send('RFB 003.008\n');
    socket.send(Buffer.from('RFB 003.008\n'));
    // Had the text counted, security types would have been answered to it, and the second line be taken for a choice.
    await expect.poll(() => said.join('')).toBe('RFB 003.008\n\x01\x01');
    socket.terminate();
  });
});

describe('machines', () => {
  test('of all namespaces or one, with and without an instance', async () => {
    expect(await listMachines('kubevirt:', { variables })).toEqual([
      { id: 'default/web-1', name: 'web-1', state: 'Running', console: 'vnc', address: web, host: 'node-1' },
      {
        id: 'default/headless',
        name: 'headless',
        state: 'Running',
        console: 'none',
        address: 'kubevirt://default/headless',
        host: 'node-1',
      },
      { id: 'lab/spare-1', name: 'spare-1', state: 'Stopped', console: 'vnc', address: 'kubevirt://lab/spare-1' },
      {
        id: 'lab/loner',
        name: 'loner',
        state: 'Running',
        console: 'vnc',
        address: 'kubevirt://lab/loner',
        host: 'node-1',
      },
    ]);
    const lab = await listMachines('kubevirt://lab?context=emulated', { variables });
    expect(lab.map(({ address }) => address)).toEqual([
      'kubevirt://lab/spare-1?context=emulated',
      'kubevirt://lab/loner?context=emulated',
    ]);
  });

  test('power, waited for', async () => {
    const spare = 'kubevirt://lab/spare-1';
    const vm = cluster.find('lab', 'spare-1');
    const instance = () => vm && cluster.instances.get(vm);
    await power(spare, 'on', { variables });
    expect(instance()?.phase).toBe('Running');
    const { uid } = instance() ?? {};
    await power(spare, 'on', { variables });
    await power(spare, 'reboot', { variables });
    expect(instance()?.uid).toBe(uid);
    await power(spare, 'reset', { variables });
    expect(cluster.lastBody).toBe('{"gracePeriodSeconds":0}');
    expect(instance()?.uid).not.toBe(uid);
    await power(spare, 'shutdown', { variables });
    expect(cluster.lastBody).toBe('{}');
    expect(instance()).toBeUndefined();
    await power(spare, 'off', { variables });
    await expect(power(spare, 'reset', { variables })).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringContaining('VM is not running: Manual start required'),
    });
    await expect(power('kubevirt://lab/none', 'on', { variables })).rejects.toMatchObject({ code: 'CONNECT_FAILED' });
  });
});

describe('errors', () => {
  test.each([
    ['kubevirt://default/none', 10, /404 \(.*not found\).*there is no such machine, it does not run/],
    ['kubevirt://lab/spare-1', 10, /404 .*it does not run/],
    ['kubevirt://default/headless', 10, /400 \(No graphics devices are present\.\).*the machine has no screen/],
    ['kubevirt://default', 2, /names no machine/],
    ['kubevirt://Default/web', 2, /Kubernetes has no such name/],
  ])('%s: %i', async (address, exitCode, message) => {
    const error = await visit(address).catch((caught) => caught);
    expect(error.message).toMatch(message);
    expect(exitCodeOf(error)).toBe(exitCode);
  });

  test('no right to look, no such user', async () => {
    await expect(visit(web, { token: 'guest' })).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      phase: 'connect',
      message: expect.stringMatching(
        /403 \(.*cannot get resource "virtualmachineinstances\/vnc".*its user lacks the right/,
      ),
    });
    const error = await visit(web, { token: `${TOKEN}x` }).catch((caught) => caught);
    expect(error.message).toMatch(/401 \(Unauthorized\).*was not accepted: has it expired\?/);
    expect(error.message).not.toContain(TOKEN);
  });

  test('virt-api that cannot reach the node', async () => {
    cluster.failures.push(
      new StatusError(500, 'InternalError', 'Internal error occurred: dialing virt-handler: dial tcp: timeout'),
    );
    await expect(visit(web)).rejects.toThrow(/500 .*virt-api or virt-handler cannot reach the machine/);
  });
});
