import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { type BytePipe, Connection } from '../../src/rfb/protocol/connection.ts';
import type { ClientMessage } from '../../src/rfb/protocol/messages/message.ts';
import { type PixelFormat, RGBX8888 } from '../../src/rfb/protocol/pixel-format.ts';
import type { ProtocolVersion } from '../../src/rfb/protocol/protocol-version.ts';
import type { Rect } from '../../src/rfb/protocol/rect.ts';
import { decodeLatin1, encodeText } from '../../src/rfb/protocol/text.ts';
import { socketPipe } from '../../src/server/listen.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import { writeServerInit } from '../../src/server/server-handshake.ts';
import { pieces } from './segmentations.ts';

/** What the server does, step by step. When it returns, or throws, the connection is closed. */
export type Script = (peer: ScriptedPeer) => Promise<void>;

/** A pseudo-rectangle is one of these as well. */
export interface ScriptedRect extends Rect {
  readonly type: number;
  readonly payload?: Uint8Array;
}

export interface ScriptedServerInit {
  readonly width?: number;
  readonly height?: number;
  readonly pixelFormat?: PixelFormat;
  readonly name?: string;
}

/** The server's end of one connection. */
export class ScriptedPeer {
  readonly pipe: BytePipe;
  readonly #connection: Connection;

  constructor(pipe: BytePipe) {
    this.pipe = pipe;
    this.#connection = new Connection(pipe);
  }

  async send(bytes: Uint8Array | readonly number[]): Promise<void> {
    await this.pipe.write(Uint8Array.from(bytes));
  }

  async sendText(text: string): Promise<void> {
    await this.send(encodeText(text));
  }

  /** Sends `bytes` in pieces of `size`, `ms` apart. */
  async drip(bytes: Uint8Array | readonly number[], ms: number, size = 1): Promise<void> {
    for (const piece of pieces(Uint8Array.from(bytes), size)) {
      await this.send(piece);
      await sleep(ms);
    }
  }

  /** The next `length` bytes from the client. */
  async expect(length: number): Promise<Uint8Array> {
    await this.#connection.reader.need(length);
    return this.#connection.reader.view(length).slice();
  }

  async expectText(text: string): Promise<void> {
    const got = decodeLatin1(await this.expect(encodeText(text).length));
    if (got !== text)
      throw new Error(`the client sent ${JSON.stringify(got)}, the script wants ${JSON.stringify(text)}`);
  }

  /** The next message, which must be of this kind: `await peer.expectMessage(keyEvent)`. */
  async expectMessage<T>(message: ClientMessage<T>): Promise<T> {
    const [type] = await this.expect(1);
    if (type !== message.type) throw new Error(`the client sent message ${type}, the script wants ${message.name}`);
    return await this.read(message);
  }

  /** The rest of a message whose first byte was read. */
  async read<T>(message: ClientMessage<T>): Promise<T> {
    return await message.read(this.#connection.reader);
  }

  async expectClientInit(): Promise<{ shared: boolean }> {
    const [shared] = await this.expect(1);
    return { shared: shared !== 0 };
  }

  async sendServerInit(init: ScriptedServerInit = {}): Promise<void> {
    const out = new ByteWriter();
    writeServerInit(out, { width: 4, height: 4, pixelFormat: RGBX8888, name: 'scripted', ...init });
    await this.#connection.send(out);
  }

  /** From greeting to ServerInit with security None. */
  async handshake(init: ScriptedServerInit & { readonly version?: ProtocolVersion } = {}): Promise<void> {
    const { version = '3.8' } = init;
    const greeting = `RFB 003.00${version.slice(2)}\n`;
    await this.sendText(greeting);
    await this.expectText(greeting);
    if (version === '3.3') await this.send([0, 0, 0, 1]);
    else {
      await this.send([1, 1]);
      const [chosen] = await this.expect(1);
      if (chosen !== 1) throw new Error(`the client chose security type ${chosen}, offered was 1`);
    }
    if (version === '3.8') await this.send([0, 0, 0, 0]);
    await this.expectClientInit();
    await this.sendServerInit(init);
  }

  /** A FramebufferUpdate as one write. */
  async sendUpdate(rects: readonly ScriptedRect[]): Promise<void> {
    const out = new ByteWriter().u8(0).pad(1).u16(rects.length);
    for (const { x, y, width, height, type, payload } of rects) {
      out.u16(x).u16(y).u16(width).u16(height).s32(type);
      if (payload) out.bytes(payload);
    }
    await this.#connection.send(out);
  }

  /** Says nothing more, and waits for the client to hang up. What it still sends is dropped. */
  async stall(): Promise<void> {
    try {
      for (;;) {
        await this.#connection.reader.need(1);
        await this.#connection.reader.discard(this.#connection.reader.buffered);
      }
    } catch {}
  }

  async close(): Promise<void> {
    await this.pipe.close();
  }
}

export interface ScriptedServer {
  /** `127.0.0.1::PORT` */
  readonly address: string;
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  /** The outcome of the first connection's script: rejects with what the script threw. */
  readonly done: Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A scripted peer on a loopback port. Every connection gets the script from its beginning. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const outcome = settleable();
  const sockets = new Set<Socket>();
  let connections = 0;
  const tcp = createServer({ noDelay: true }, (socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    run(script, socketPipe(socket)).then(outcome.resolve, outcome.reject);
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const bound = tcp.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (tcp.listening) await new Promise((resolve) => tcp.close(resolve));
  };
  return {
    address: `127.0.0.1::${port}`,
    port,
    get connections() {
      return connections;
    },
    done: outcome.promise,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A scripted peer in memory: `pipe` is the client's end. */
export function scriptedPipe(script: Script): { readonly pipe: BytePipe; readonly done: Promise<void> } {
  const [pipe, far] = pipePair({ names: ['scripted', 'the client'] });
  const done = run(script, far);
  done.catch(() => {});
  return { pipe, done };
}

async function run(script: Script, pipe: BytePipe): Promise<void> {
  const peer = new ScriptedPeer(pipe);
  try {
    await script(peer);
  } finally {
    await peer.close();
  }
}

/** A promise that nobody needs to watch. */
function settleable() {
  let resolve: () => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<void>((resolveIt, rejectIt) => {
    resolve = resolveIt;
    reject = rejectIt;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}
