import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Sec-WebSocket-Accept, RFC 6455 §4.2.2. */
export function acceptOf(key: string): string {
  return createHash('sha1').update(`${key}${GUID}`).digest('base64');
}

/** Of the bytes from the console, in one frame. */
const BLOCK = 1024;

/** Bytes of the console as frames of wsproxy: small ones. */
export function framing(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (let at = 0; at < chunk.length; at += BLOCK) {
        const block = chunk.subarray(at, at + BLOCK);
        const head = block.length < 126 ? Buffer.of(0x82, block.length) : Buffer.of(0x82, 126, 0, 0);
        if (block.length >= 126) head.writeUInt16BE(block.length, 2);
        this.push(head);
        this.push(block);
      }
      done();
    },
  });
}

/**
 * Frames of a client as wsproxy reads them. Every opcode but 8 is data, pings and pongs too; a length of 127 has four bytes
 * there where RFC 6455 has eight. `onClose` is told of a close frame.
 */
export function unframing(onClose: () => void): Transform {
  let buffered = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      buffered = Buffer.concat([buffered, chunk]);
      for (let frame = nextFrame(buffered); frame !== undefined; frame = nextFrame(buffered)) {
        buffered = buffered.subarray(frame.length);
        if (frame.opcode === 8) {
          onClose();
          break;
        }
        this.push(frame.payload);
      }
      done();
    },
  });
}

function nextFrame(bytes: Buffer): { opcode: number; payload: Buffer; length: number } | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = [bytes.readUInt8(0), bytes.readUInt8(1)];
  const short = second & 0x7f;
  const wide = short === 126 ? 2 : short === 127 ? 4 : 0;
  const masked = second >= 0x80 ? 4 : 0;
  const start = 2 + wide + masked;
  if (bytes.length < start) return undefined;
  const size = wide === 2 ? bytes.readUInt16BE(2) : wide === 4 ? bytes.readInt32BE(2) : short;
  const end = start + Math.max(0, size);
  if (bytes.length < end) return undefined;
  const payload = Buffer.from(bytes.subarray(start, end));
  if (masked > 0) {
    const mask = bytes.subarray(start - 4, start);
    for (let i = 0; i < payload.length; i++) payload[i] = payload.readUInt8(i) ^ mask.readUInt8(i & 3);
  }
  return { opcode: first & 0x0f, payload, length: end };
}
