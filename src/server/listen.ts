import { once } from 'node:events';
import { createServer as createSocketServer, type ListenOptions as NetListenOptions, type Socket } from 'node:net';
import { ConnectionError } from '../rfb/errors.ts';
import type { BytePipe } from '../rfb/protocol/connection.ts';
import { createServer, type RfbServer, type ServerOptions } from './server.ts';

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Aborts the attempt to listen; once it listens, `close` ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** Who viewers talk to. */
export interface ViewerServer {
  /** Serves one viewer until it leaves. Never rejects. */
  accept(pipe: BytePipe): Promise<void>;
  /** Hangs up on every viewer. */
  close(): Promise<void>;
}

export interface Listening<S extends ViewerServer = RfbServer> extends AsyncDisposable {
  /** What a viewer dials: `vnc://127.0.0.1:5901`. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly server: S;
  /** Stops listening and hangs up on every viewer. Idempotent; nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}

/** A server and a TCP port for it. @throws ConnectionError `CONNECT_FAILED` when the port cannot be had */
export async function serve(options: ServerOptions & ListenOptions = {}): Promise<Listening> {
  return await listen(createServer(options), options);
}

/** Lets viewers reach `server` by TCP. @throws ConnectionError `CONNECT_FAILED` when the port cannot be had */
export async function listen<S extends ViewerServer>(
  server: S,
  { host = '127.0.0.1', port = 0, signal }: ListenOptions = {},
): Promise<Listening<S>> {
  const { bound, close } = await open(server, { host, port }, hostPort(host, port), signal);
  if (bound === null || typeof bound === 'string') throw new RangeError('listening on no TCP port');
  return {
    address: `vnc://${hostPort(host, bound.port)}`,
    host,
    port: bound.port,
    server,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Lets viewers reach `server` by a socket in the file system; `close` removes it. @throws ConnectionError `CONNECT_FAILED` */
export async function listenUnix(
  server: ViewerServer,
  path: string,
): Promise<Pick<Listening<ViewerServer>, 'address' | 'close'>> {
  const { close } = await open(server, { path }, path);
  return { address: `unix:${path}`, close };
}

async function open(server: ViewerServer, where: NetListenOptions, name: string, signal?: AbortSignal) {
  signal?.throwIfAborted();
  const sockets = createSocketServer({ noDelay: true }, (socket) => server.accept(socketPipe(socket)));
  try {
    sockets.listen(where);
    await once(sockets, 'listening', { signal });
  } catch (cause) {
    // The name of the host may be looked up still.
    sockets.on('listening', () => sockets.close());
    signal?.throwIfAborted();
    throw new ConnectionError('CONNECT_FAILED', `cannot listen on ${name}: ${(cause as Error).message}`, { cause });
  }
  let closing: Promise<unknown> | undefined;
  const close = async () => {
    closing ??= Promise.all([once(sockets, 'close'), sockets.close(), server.close()]);
    await closing;
  };
  return { bound: sockets.address(), close };
}

function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** How long a viewer has to take our last bytes and hang up. */
const CLOSE_GRACE_MS = 500;

/** A viewer's socket as a pipe. */
export function socketPipe(socket: Socket): BytePipe {
  const name = hostPort(socket.remoteAddress ?? 'unknown', socket.remotePort ?? 0);
  // Writers learn of errors by their callback, readers by the iterator; without a listener the process would end.
  socket.on('error', () => {});
  const lost = (cause: unknown) =>
    new ConnectionError('CONNECTION_LOST', `the connection to ${name} broke: ${(cause as Error).message}`, { cause });
  return {
    name,
    incoming: (async function* () {
      try {
        for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
      } catch (error) {
        throw lost(error);
      }
    })(),
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(lost(error)) : resolve()));
      }),
    async close() {
      if (socket.closed) return;
      // A socket that is destroyed with bytes unread resets the connection, and the peer may lose our last words.
      const closed = new Promise((resolve) => socket.once('close', resolve));
      const timer = setTimeout(() => socket.destroy(), CLOSE_GRACE_MS);
      if (!socket.writableEnded) socket.end();
      const discard = () => {
        while (socket.read() !== null);
      };
      socket.on('readable', discard);
      discard();
      await closed;
      clearTimeout(timer);
    },
  };
}
