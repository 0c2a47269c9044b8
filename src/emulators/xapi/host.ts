import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { selfSigned } from '../self-signed.ts';
import { callApi } from './api.ts';
import { ApiFailure } from './api-failure.ts';
import { type EndpointOptions, serveConsole } from './console-endpoint.ts';
import { type Pool, type PoolHost, reference } from './pool.ts';
import { HttpError, type RequestHead, readBody, readRequestHead } from './request-head.ts';
import { jsonRpc, type Rpc, xmlRpc } from './rpc.ts';

export interface HostOptions extends Partial<Pick<EndpointOptions, 'delivery' | 'websockets' | 'connects'>> {
  /** Default 127.0.0.1. */
  readonly address?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** A host that knows no JSON-RPC, as before XenServer 7. */
  readonly old?: boolean;
  /** Told of every request: its first line and its headers. */
  readonly onRequest?: (head: RequestHead) => void;
}

export interface Host extends PoolHost {
  close(): Promise<void>;
}

/** A host joins the pool and listens; the first one is its coordinator. */
export async function startHost(pool: Pool, options: HostOptions = {}): Promise<Host> {
  const { address = '127.0.0.1', port = 0, onRequest, old = false } = options;
  const { delivery = 'at once', websockets = true, connects = true } = options;
  const index = pool.hosts.length;
  const { cert, key } = selfSigned([address, 'localhost']);
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert, key, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    serve(socket).catch(() => socket.destroy());
  });
  server.listen(port, address);
  await once(server, 'listening');
  const host: Host = {
    reference: reference(),
    uuid: randomUUID(),
    name: `host-${index + 1}`,
    address,
    port: (server.address() as AddressInfo).port,
    certificate: cert,
    fingerprint: new X509Certificate(cert).fingerprint256,
    async close() {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
  pool.hosts.push(host);
  return host;

  async function serve(socket: TLSSocket): Promise<void> {
    try {
      const head = await readRequestHead(socket);
      if (head === undefined) return;
      onRequest?.(head);
      if (head.path === '/console') {
        return await serveConsole(socket, head, { pool, host: index, delivery, websockets, connects });
      }
      const rpc = { '/jsonrpc': old ? undefined : jsonRpc, '/': xmlRpc, '/RPC2': xmlRpc }[head.path];
      if (head.method !== 'POST' || rpc === undefined) throw new HttpError(403, 'Forbidden', '<html>403</html>');
      await answer(socket, head, rpc);
    } catch (error) {
      if (error instanceof HttpError) refuse(socket, error);
      else throw error;
    }
  }

  /** 200 whatever the outcome is. */
  async function answer(socket: TLSSocket, { headers }: RequestHead, rpc: Rpc): Promise<void> {
    if (headers['content-length'] === undefined) throw new HttpError(411, 'Length Required');
    const { method, params } = rpc.parse(await readBody(socket, Number(headers['content-length'])));
    const extra: string[] = [];
    let body: string;
    try {
      body = rpc.answer(await callApi(pool, index, method, params));
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      body = rpc.refuse(error);
      if (error.message === 'HOST_IS_SLAVE' && headers[THUMBPRINT_REQUEST] === 'sha-256:master') {
        extra.push(`${THUMBPRINT_RESPONSE}: ${pool.hosts[0]?.fingerprint}`);
      }
    }
    write(socket, '200 OK', [`content-type: ${rpc.contentType}`, ...extra], body);
  }
}

const THUMBPRINT_REQUEST = 'x-xenapi-request-host-certificate-thumbprint';
const THUMBPRINT_RESPONSE = 'x-xenapi-response-host-certificate-thumbprint';

function refuse(socket: TLSSocket, { status, reason, body }: HttpError): void {
  const challenge = status === 401 ? ['WWW-Authenticate: Basic realm="XenServer"'] : [];
  write(socket, `${status} ${reason}`, ['content-type: text/html', ...challenge], body);
}

function write(socket: TLSSocket, status: string, headers: readonly string[], body: string): void {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  socket.end([`HTTP/1.1 ${status}`, 'connection: close', ...headers, length, '', body].join('\r\n'));
}
