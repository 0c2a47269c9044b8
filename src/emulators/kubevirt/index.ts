import type { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type Listening, serve } from '../../server/listen.ts';
import { joinWebSocket, serverOf } from '../console-stream.ts';
import type { Emulator } from '../emulator.ts';
import { acceptUpgrade, type HttpServer, refuseUpgrade, startHttpServer, type Upgrade } from '../http-server.ts';
import { selfSigned } from '../self-signed.ts';
import { answer, openable, userOf, vncTarget } from './api-server.ts';
import { Cluster, StatusError } from './cluster.ts';

/** A Kubernetes cluster with KubeVirt, and the kubeconfig of a user. */
export const kubevirt: Emulator = {
  name: 'kubevirt',

  async start({ host, port }) {
    const consoles: Listening[] = [await serve({ scene: 'login' }), await serve({ scene: 'desktop' })];
    const [login, desktop] = consoles.map(serverOf);
    if (login === undefined || desktop === undefined) throw new RangeError('no consoles');
    const token = 'emulated';
    const cluster = new Cluster({
      users: [{ name: 'ci', token }],
      machines: [
        { namespace: 'default', name: 'web-1', connect: login },
        { namespace: 'default', name: 'desktop-1', connect: desktop },
        { namespace: 'lab', name: 'spare-1', connect: login, running: false },
      ],
    });
    const names = ['localhost', '127.0.0.1'];
    const tls = selfSigned(names);
    const server = await startKubeVirt(cluster, { host, port, tls });
    const folder = await mkdtemp(path.join(tmpdir(), 'rfbctl-kubevirt-'));
    const kubeconfig = path.join(folder, 'kubeconfig');
    const certificate = Buffer.from(tls.cert).toString('base64');
    await writeFile(kubeconfig, kubeconfigOf(`https://${server.authority}`, certificate, `token: ${token}`), {
      mode: 0o600,
    });
    const close = async () => {
      await Promise.all([server, ...consoles].map((part) => part.close()));
      await rm(folder, { recursive: true, force: true });
    };
    return {
      address: 'kubevirt:',
      consoles: ['kubevirt://default/web-1', 'kubevirt://default/desktop-1'],
      variables: { KUBECONFIG: kubeconfig },
      options: [],
      close,
      [Symbol.asyncDispose]: close,
    };
  },
};

export function kubeconfigOf(server: string, certificate: string, user: string): string {
  return [
    'apiVersion: v1\nkind: Config\ncurrent-context: emulated',
    `clusters:\n- name: emulated\n  cluster:\n    server: ${server}\n    certificate-authority-data: ${certificate}`,
    'contexts:\n- name: emulated\n  context: {cluster: emulated, user: ci}',
    `users:\n- name: ci\n  user:\n    ${user}\n`,
  ].join('\n');
}

export interface KubeVirtOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Left out: plain HTTP. */
  readonly tls?: ServerOptions;
}

export async function startKubeVirt(cluster: Cluster, options: KubeVirtOptions = {}): Promise<HttpServer> {
  return await startHttpServer({
    ...options,
    answer: (call) => answer(cluster, call),
    upgrade: (upgrade) => openConsole(cluster, upgrade),
  });
}

const PLAIN = 'plain.kubevirt.io';

async function openConsole(cluster: Cluster, upgrade: Upgrade): Promise<void> {
  const { url, headers, subprotocols } = upgrade;
  try {
    const user = userOf(cluster, headers, commonNameOf(upgrade), subprotocols);
    const target = vncTarget(url);
    if (target === undefined)
      throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
    const instance = openable(cluster, user, target, url.searchParams.get('preserveSession') === 'true');
    // None at all is taken; one of another kind is not.
    if (subprotocols.length > 0 && !subprotocols.includes(PLAIN)) return refuseUpgrade(upgrade, '400 Bad Request');
    // The machine's side is there before the viewer's is.
    instance.opening = true;
    const server = await instance.vm.connect();
    const socket = await acceptUpgrade(upgrade, subprotocols.includes(PLAIN) ? PLAIN : undefined);
    instance.viewer?.terminate();
    instance.viewer = socket;
    instance.opening = false;
    socket.once('close', () => {
      if (instance.viewer === socket) instance.viewer = undefined;
    });
    joinWebSocket(socket, server, { binaryOnly: true });
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    refuseUpgrade(
      upgrade,
      `${error.reply.status} ${error.reason}`,
      JSON.stringify(error.reply.body),
      'application/json',
    );
  }
}

/** Of a client certificate that the API server's authority has signed. */
function commonNameOf({ socket }: Upgrade): string | undefined {
  const { authorized, getPeerX509Certificate } = socket as Partial<TLSSocket>;
  const certificate: X509Certificate | undefined = authorized
    ? getPeerX509Certificate?.call(socket as TLSSocket)
    : undefined;
  return /^CN=(.*)$/m.exec(certificate?.subject ?? '')?.[1];
}
