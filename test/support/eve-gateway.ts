import { X509Certificate } from 'node:crypto';
import type { WebSocket } from 'ws';
import {
  acceptUpgrade,
  type HttpServer,
  refuseUpgrade,
  startHttpServer,
  type Upgrade,
} from '../../src/emulators/http-server.ts';
import type { BytePipe } from '../../src/rfb/protocol/connection.ts';
import { openAddress } from '../../src/transports/index.ts';
import type { TlsOptions } from '../../src/transports/transport.ts';
import { clientCertificate, testCertificate } from './pipe-servers.ts';

// Two gateways in a row, as Eve and Auto are: tokens for people at the first, certificates for the first at the second, and
// the websocket of QEMU behind, which wants neither.

export const VM = '0b6a1a2e-7c7c-4d07-8a5c-3f5f4f5d1f10';

/** Auto: TLS 1.3 with client certificates, and of those exactly one; then the VM's own websocket, at its root. */
export async function startAuto(
  console: string,
  eve: string | undefined = new X509Certificate(clientCertificate.cert).fingerprint256,
): Promise<HttpServer> {
  const { cert, key } = testCertificate;
  return await startHttpServer({
    tls: { cert, key, ca: clientCertificate.ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    answer: () => ({ status: 404 }),
    async upgrade(upgrade) {
      const { socket, url } = upgrade;
      const shown = (socket as unknown as { getPeerX509Certificate(): X509Certificate }).getPeerX509Certificate();
      if (shown.fingerprint256 !== eve) return void socket.destroy();
      if (url.pathname !== `/libvirt/domains/${VM}/console`)
        return refuseUpgrade(upgrade, "404 Invalid domain ID or can't be found");
      await relay(upgrade, console, {});
    },
  });
}

export interface EveOptions {
  readonly auto: string;
  /** How Eve knows Auto, and shows who it is. */
  readonly tls: TlsOptions;
  /** Each opens one console. */
  readonly tokens: readonly string[];
}

/** Eve: a token in the query or a header, good for one console; nothing of it goes on to Auto. */
export async function startEve({ auto, tls, tokens }: EveOptions): Promise<HttpServer> {
  const { cert, key } = testCertificate;
  const unused = new Set(tokens);
  return await startHttpServer({
    tls: { cert, key },
    answer: () => ({ status: 404 }),
    async upgrade(upgrade) {
      const { authorization } = upgrade.headers;
      const [, bearer] = /^Bearer (\S+)$/.exec(authorization ?? '') ?? [];
      if (authorization !== undefined && bearer === undefined)
        return refuseUpgrade(upgrade, '400 Bad Request', 'invalid Authorization header');
      const token = bearer ?? upgrade.url.searchParams.get('token') ?? '';
      if (!unused.delete(token)) return refuseUpgrade(upgrade, '401 Unauthorized', 'invalid token');
      const [, vm] = /^\/virtual_machines\/([^/]+)\/console$/.exec(upgrade.url.pathname) ?? [];
      if (vm !== VM) return refuseUpgrade(upgrade, '404 Not Found', 'virtual machine not found');
      await relay(upgrade, `wss://${auto}/libvirt/domains/${vm}/console`, tls);
    },
  });
}

async function relay(upgrade: Upgrade, target: string, tls: TlsOptions): Promise<void> {
  let pipe: BytePipe;
  try {
    ({ pipe } = await openAddress(target, { tls, signal: AbortSignal.timeout(20_000) }));
  } catch {
    return refuseUpgrade(upgrade, '502 Bad Gateway');
  }
  const socket = await acceptUpgrade(upgrade, 'binary');
  socket.on('message', (data: Buffer) => void pipe.write(data).catch(() => socket.terminate()));
  socket.on('close', () => void pipe.close());
  await send(pipe, socket);
}

async function send(pipe: BytePipe, socket: WebSocket): Promise<void> {
  try {
    for await (const chunk of pipe.incoming) {
      await new Promise<void>((resolve, reject) => socket.send(chunk, (error) => (error ? reject(error) : resolve())));
    }
    socket.close();
  } catch {
    socket.terminate();
  }
}
