import { randomBytes, timingSafeEqual } from 'node:crypto';
import { connect as connectTcp } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { WebSocket } from 'ws';
import { vncResponse } from '../rfb/protocol/security/vnc-authentication.ts';
import type { Listening } from '../server/listen.ts';

/** Opens a way to what stands behind a console: an RFB server. */
export type Connect = () => Promise<Duplex>;

export interface JoinOptions {
  /** Text messages are dropped without a word, as virt-handler does it. */
  readonly binaryOnly?: boolean;
}

/** The messages of a websocket are what comes from `stream`, and the other way round; whoever ends first ends both. */
export function joinWebSocket(socket: WebSocket, stream: Duplex, { binaryOnly = false }: JoinOptions = {}): void {
  socket.on('message', (data: Buffer, binary) => {
    if (binaryOnly && !binary) return;
    if (!stream.write(data)) socket.pause();
  });
  stream
    .on('drain', () => socket.resume())
    .on('data', (data: Buffer) => {
      socket.send(data, () => stream.resume());
      if (socket.bufferedAmount > HIGH_WATER) stream.pause();
    });
  stream.on('error', () => socket.terminate()).on('close', () => socket.terminate());
  socket.on('close', () => stream.destroy());
}

const HIGH_WATER = 1024 * 1024;

/** Both ways, until one of them ends. */
export function joinStreams(a: Duplex, b: Duplex): void {
  pipeline(a, b, () => b.destroy());
  pipeline(b, a, () => a.destroy());
}

/** RFB 3.8 by whom nobody is asked for a password. */
export function serverOf({ host, port }: Pick<Listening, 'host' | 'port'>): Connect {
  return async () => {
    const socket = connectTcp({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return socket.on('error', () => {});
  };
}

/**
 * RFB up to SecurityResult with a password of its own (VncAuth, RFC 6143 §7.2.2), before a server that wants none.
 * @throws Error when the viewer, or the server, does not come that far
 */
export async function demandPassword(viewer: Duplex, password: string, connect: Connect): Promise<void> {
  viewer.write(VERSION);
  if ((await read(viewer, 12)).toString() !== VERSION) throw new Error('the viewer wants another version');
  viewer.write(Buffer.of(1, VNC_AUTHENTICATION));
  if ((await read(viewer, 1))[0] !== VNC_AUTHENTICATION) throw new Error('the viewer wants another security type');
  const challenge = randomBytes(16);
  viewer.write(challenge);
  if (!timingSafeEqual(await read(viewer, 16), vncResponse(challenge, password))) {
    const reason = 'Authentication failed';
    viewer.end(Buffer.concat([Buffer.of(0, 0, 0, 1, 0, 0, 0, reason.length), Buffer.from(reason)]));
    throw new Error('the viewer has another password');
  }
  const server = await connect();
  await askNothing(server);
  viewer.write(Buffer.alloc(4));
  joinStreams(viewer, server);
}

/** The viewer's side of the same, with None. */
export async function askNothing(server: Duplex): Promise<void> {
  await read(server, 12);
  server.write(VERSION);
  const [count = 0] = await read(server, 1);
  if (!(await read(server, count)).includes(NONE)) throw new Error('the server behind wants a password');
  server.write(Buffer.of(NONE));
  await read(server, 4);
}

const VERSION = 'RFB 003.008\n';
const NONE = 1;
const VNC_AUTHENTICATION = 2;

/** The next `length` bytes; what follows them stays in the stream. */
export async function read(stream: Duplex, length: number): Promise<Buffer> {
  for (;;) {
    const bytes: Buffer | null = stream.read(length);
    if (bytes !== null && bytes.length === length) return bytes;
    if (bytes !== null || stream.readableEnded || stream.destroyed) throw new Error(`ended before ${length} bytes`);
    await new Promise<void>((resolve) => {
      const events = ['readable', 'end', 'close', 'error'] as const;
      const done = () => {
        for (const event of events) stream.off(event, done);
        resolve();
      };
      for (const event of events) stream.on(event, done);
    });
  }
}
