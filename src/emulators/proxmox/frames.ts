import type { Socket } from 'node:net';

/** RFC 6455 §5.2, as pveproxy has it: it knows no fragments, and what it does not like it does not answer. */
export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Both ways, and not a byte more. */
export const MAX_PAYLOAD = 131_072;

/**
 * A client's frames. One that is not masked, too long or a fragment stalls the connection for good: no close, no answer, nothing
 * is read any more.
 */
export async function* framesOf(socket: Socket, head: Buffer): AsyncGenerator<Frame> {
  let bytes = head;
  for await (const chunk of chunksOf(socket)) {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    for (;;) {
      const frame = readFrame(bytes);
      if (frame === undefined) break;
      if (frame === 'illegal') {
        await new Promise((resolve) => socket.once('close', resolve));
        return;
      }
      bytes = bytes.subarray(frame.length);
      yield frame;
    }
  }
}

export function frame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head.writeUInt8(0x80 | opcode);
  head.writeUInt8(length < 126 ? length : length < 65_536 ? 126 : 127, 1);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

/** Also what came with the request itself. */
async function* chunksOf(socket: Socket): AsyncGenerator<Buffer> {
  yield Buffer.alloc(0);
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) yield chunk;
}

function readFrame(bytes: Buffer): (Frame & { readonly length: number }) | 'illegal' | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  // FIN alone above the opcode, and a mask below.
  if ((first & 0xf0) !== 0x80 || second < 0x80 || !OPCODES.includes(first & 0x0f)) return 'illegal';
  const start = 2 + extended + 4;
  if (bytes.length < start) return undefined;
  const length = extended === 2 ? bytes.readUInt16BE(2) : extended === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (length > MAX_PAYLOAD) return 'illegal';
  if (bytes.length < start + length) return undefined;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  for (let i = 0; i < length; i++) payload[i] = payload.readUInt8(i) ^ bytes.readUInt8(start - 4 + (i & 3));
  return { opcode: first & 0x0f, payload, length: start + length };
}

const OPCODES: readonly number[] = Object.values(OPCODE);
