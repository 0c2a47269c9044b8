import { createServer, connect as dial, type Socket } from 'node:net';

export interface LossyProxyOptions {
  /** Whether this key event, counted from 0, is lost. */
  readonly loses: (index: number) => boolean;
}

export interface LossyProxy extends AsyncDisposable {
  readonly address: string;
  /** So many key events were lost. */
  readonly lost: number;
}

/** Stands in front of a server without authentication, and loses some of the key events that are sent to it. */
export async function lossyProxy(port: number, { loses }: LossyProxyOptions): Promise<LossyProxy> {
  const sockets = new Set<Socket>();
  const count = { keys: 0, lost: 0 };
  const server = createServer((client) => {
    const upstream = dial(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => [client, upstream].map((end) => end.destroy()));
    }
    upstream.pipe(client);
    let rest: Buffer = Buffer.alloc(0);
    let greeted = 0;
    client.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk]);
      for (;;) {
        const length =
          greeted < GREETING_LENGTH ? Math.min(rest.length, GREETING_LENGTH - greeted) : messageLength(rest);
        if (length === 0 || rest.length < length) return;
        const message = rest.subarray(0, length);
        rest = rest.subarray(length);
        const isKey = greeted === GREETING_LENGTH && (message[0] === KEY_EVENT || message[0] === QEMU);
        if (greeted < GREETING_LENGTH) greeted += length;
        if (isKey && loses(count.keys++)) count.lost++;
        else upstream.write(message);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: own } = server.address() as { port: number };
  return {
    address: `127.0.0.1::${own}`,
    get lost() {
      return count.lost;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** ProtocolVersion, the security type (None), ClientInit. */
const GREETING_LENGTH = 12 + 1 + 1;
const KEY_EVENT = 4;
const QEMU = 255;

/** Of the client's message that begins here; 0 while that cannot be told. */
function messageLength(bytes: Buffer): number {
  switch (bytes[0]) {
    case undefined:
      return 0;
    case 0:
      return 20;
    case 2:
      return bytes.length < 4 ? 0 : 4 + 4 * bytes.readUInt16BE(2);
    case 3:
    case 150:
      return 10;
    case KEY_EVENT:
      return 8;
    case 5:
      return 6;
    case 6:
      return bytes.length < 8 ? 0 : 8 + Math.abs(bytes.readInt32BE(4));
    case QEMU:
      return 12;
    case 248:
      return bytes.length < 9 ? 0 : 9 + bytes.readUInt8(8);
    default:
      throw new Error(`the proxy does not know message ${bytes[0]}`);
  }
}
