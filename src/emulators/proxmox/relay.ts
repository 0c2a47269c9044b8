import type { Socket } from 'node:net';
import type { BytePipe } from '../../rfb/protocol/connection.ts';
import { frame, framesOf, MAX_PAYLOAD, OPCODE } from './frames.ts';

export interface RelayOptions {
  /** Cut when nothing went either way for so long. Pings are pveproxy's own affair and do not count. */
  readonly idleMs: number;
}

/** A websocket and what stands behind it, until either ends. There is no goodbye: no close frame is ever sent. */
export async function relay(socket: Socket, head: Buffer, pipe: BytePipe, { idleMs }: RelayOptions): Promise<void> {
  const idle = setTimeout(() => pipe.close(), idleMs).unref();
  try {
    await Promise.race([up(socket, head, pipe, idle), down(socket, pipe, idle)]);
  } catch {
    // Whoever hung up may do so.
  } finally {
    clearTimeout(idle);
    await pipe.close();
    socket.end();
  }
}

async function up(socket: Socket, head: Buffer, pipe: BytePipe, idle: NodeJS.Timeout): Promise<void> {
  for await (const { opcode, payload } of framesOf(socket, head)) {
    if (opcode === OPCODE.close) return;
    if (opcode === OPCODE.ping) await send(socket, frame(OPCODE.pong, payload));
    if (opcode !== OPCODE.binary && opcode !== OPCODE.text) continue;
    idle.refresh();
    await pipe.write(payload);
  }
}

async function down(socket: Socket, pipe: BytePipe, idle: NodeJS.Timeout): Promise<void> {
  for await (const chunk of pipe.incoming) {
    idle.refresh();
    for (let at = 0; at < chunk.length; at += MAX_PAYLOAD) {
      await send(socket, frame(OPCODE.binary, chunk.subarray(at, at + MAX_PAYLOAD)));
    }
  }
}

function send(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve())));
}
