import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface Frame {
  readonly fin: boolean;
  readonly opcode: number;
  readonly masked: boolean;
  readonly payload: Buffer;
}

/** What a client really sent: its request, line by line, then its frames. */
export interface RawWebSocketServer {
  readonly port: number;
  readonly url: string;
  readonly requests: string[][];
  readonly frames: Frame[];
  close(): Promise<void>;
}

export interface RawWebSocketOptions {
  /** The answer's lines after the status; Default: a correct 101 for `binary`. */
  readonly answer?: (accept: string) => string[];
  /** Bytes sent in the same packet as the answer, and whatever else is to happen. */
  readonly after?: Buffer;
  readonly onFrame?: (frame: Frame, socket: Socket) => void;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A websocket server by hand, for what libraries hide. */
export async function rawWebSocketServer(options: RawWebSocketOptions = {}): Promise<RawWebSocketServer> {
  const { answer = switching(['Sec-WebSocket-Protocol: binary']), after = Buffer.alloc(0), onFrame } = options;
  const requests: string[][] = [];
  const frames: Frame[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let buffered: Buffer = Buffer.alloc(0);
    let upgraded = false;
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      const end = buffered.indexOf('\r\n\r\n');
      if (!upgraded) {
        if (end < 0) return;
        const lines = buffered.subarray(0, end).toString('latin1').split('\r\n');
        requests.push(lines);
        buffered = buffered.subarray(end + 4);
        upgraded = true;
        const accept = createHash('sha1')
          .update(`${header(lines, 'sec-websocket-key')}${GUID}`)
          .digest('base64');
        socket.write(Buffer.concat([Buffer.from(`${answer(accept).join('\r\n')}\r\n\r\n`), after]));
      }
      for (let read = readFrame(buffered); read !== undefined; read = readFrame(buffered)) {
        buffered = buffered.subarray(read.length);
        frames.push(read.frame);
        onFrame?.(read.frame, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `ws://127.0.0.1:${port}/`,
    requests,
    frames,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer that opens the websocket, with these further headers. */
export function switching(headers: readonly string[]): (accept: string) => string[] {
  return (accept) => [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...headers,
  ];
}

/** The values of one header, as many as there are. */
export function headers(lines: readonly string[], name: string): string[] {
  const prefix = `${name.toLowerCase()}:`;
  return lines.filter((line) => line.toLowerCase().startsWith(prefix)).map((line) => line.slice(prefix.length).trim());
}

/** A frame as servers send them: not masked. */
export function frame(opcode: number, payload: string | Buffer, fin = true): Buffer {
  const bytes = Buffer.from(payload);
  const head = Buffer.alloc(bytes.length < 126 ? 2 : 10);
  head[0] = (fin ? 0x80 : 0) | opcode;
  head[1] = bytes.length < 126 ? bytes.length : 127;
  if (bytes.length >= 126) head.writeBigUInt64BE(BigInt(bytes.length), 2);
  return Buffer.concat([head, bytes]);
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

function header(lines: readonly string[], name: string): string {
  return headers(lines, name)[0] ?? '';
}

function readFrame(bytes: Buffer): { frame: Frame; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const masked = second >= 0x80;
  const short = second & 0x7f;
  const start = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0) + (masked ? 4 : 0);
  if (bytes.length < start) return undefined;
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  if (masked) for (let i = 0; i < length; i++) payload[i] = payload.readUInt8(i) ^ bytes.readUInt8(start - 4 + (i % 4));
  return { frame: { fin: first >= 0x80, opcode: first & 0x7f, masked, payload }, length: start + length };
}
