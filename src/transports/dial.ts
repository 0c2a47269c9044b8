import { connect, type NetConnectOpts, type OnReadOpts, type Socket } from 'node:net';
import type { HostPort } from './address.ts';
import { showHostPort } from './address.ts';
import { connectFailed } from './connect-error.ts';

/** A TCP connection; a host's addresses are tried in turn, IPv6 and IPv4 alternating. */
export async function dialTcp(
  { host, port, ip = host }: HostPort,
  signal?: AbortSignal,
  onread?: OnReadOpts,
): Promise<Socket> {
  // A display number where a port is meant: RFC 7869 counts ports, people count displays.
  const hint =
    port < 100 ? `port ${port} was dialled: display ${port} is ${showHostPort({ host, port: 5900 + port })}` : '';
  const options = {
    host: ip,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    autoSelectFamily: true,
  };
  return await dial(
    onread ? { ...options, onread } : options,
    (error) => connectFailed(showHostPort({ host, port }), error, hint),
    signal,
  );
}

export async function dial(
  options: NetConnectOpts,
  failed: (error: unknown) => Error,
  signal?: AbortSignal,
): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = connect(options);
  await established(socket, 'connect', failed, signal);
  return socket;
}

/** Waits for `event`; otherwise the socket is destroyed. */
export function established(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  failed: (error: unknown) => Error,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => fail(signal?.reason);
    const fault = (error: unknown) => fail(failed(error));
    const end = () => fault(new Error('closed by the peer'));
    const success = () => {
      settle();
      resolve();
    };
    // For good: between this and the next to listen, an error must not end the process.
    socket.on('error', () => {});
    socket.on(event, success).on('error', fault).on('close', end);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();

    function settle(): void {
      socket.off(event, success).off('error', fault).off('close', end);
      signal?.removeEventListener('abort', abort);
    }
    function fail(error: unknown): void {
      settle();
      socket.destroy();
      reject(error);
    }
  });
}
