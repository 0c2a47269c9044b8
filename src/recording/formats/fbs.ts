import type { FileHandle } from 'node:fs/promises';
import { badRecording } from '../bad-recording.ts';
import { FileReader } from '../file-reader.ts';
import type { RecordedPiece, Recording, RecordingFormat } from '../recording.ts';
import { createRecordingFile, openRecordingFile } from '../recording-file.ts';
import { handshake33, serverSide } from '../server-stream.ts';

const MAGIC = 'FBS 001.000\n';
/** Of one block. rfbproxy writes what one read gave, players take 64 KiB and more. */
const MAX_BLOCK = 64 * 1024 * 1024;
const BLOCK = 64 * 1024;

/**
 * FrameBuffer Stream 001.000, as rfbproxy writes it and its players read it: the server's bytes alone, in blocks of a length
 * (u32), the bytes, padding to four, and the milliseconds since the start (u32). The stream is RFB 3.3 without a password.
 */
export const fbs: RecordingFormat = {
  name: 'fbs',
  summary: 'FBS 001.000, as rfbproxy and its players have it: the server’s side',
  extension: '.fbs',

  detect: (head) => /^FBS 001\.\d{3}\n/.test(Buffer.from(head).toString('latin1')),

  async open(name) {
    return new FbsRecording(name, await openRecordingFile(name));
  },

  async write(recording, name) {
    await using file = await createRecordingFile(name);
    await file.appendFile(Buffer.from(MAGIC, 'latin1'));
    for await (const part of serverSide(recording)) {
      const [bytes, ms] = 'bytes' in part ? [part.bytes, part.ms] : [handshake33(part), 0];
      for (let at = 0; at < bytes.length; at += BLOCK) await file.appendFile(block(bytes.subarray(at, at + BLOCK), ms));
    }
  },
};

class FbsRecording implements Recording {
  readonly format = fbs.name;
  readonly timed = true;
  readonly hasClient = false;
  readonly keyframes = [];
  readonly name: string;
  truncated = false;
  readonly #file: FileHandle;

  constructor(name: string, file: FileHandle) {
    this.name = name;
    this.#file = file;
  }

  async *pieces(): AsyncGenerator<RecordedPiece> {
    const reader = new FileReader(this.#file, MAGIC.length);
    for (let last = 0; ; ) {
      const at = reader.position;
      const length = await reader.u32();
      if (length === undefined) {
        this.truncated = reader.leftover > 0;
        return;
      }
      if (length > MAX_BLOCK) throw badRecording(this.name, `the block at byte ${at} announces ${length} bytes`);
      const bytes = await reader.bytes(length);
      const padding = await reader.bytes(-length & 3);
      const ms = await reader.u32();
      if (bytes === undefined || padding === undefined || ms === undefined) {
        this.truncated = true;
        return;
      }
      last = Math.max(last, ms);
      yield { from: 'server', ms: last, bytes };
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function block(bytes: Uint8Array, ms: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  const time = Buffer.alloc((-bytes.length & 3) + 4);
  time.writeUInt32BE(Math.round(ms), time.length - 4);
  return Buffer.concat([length, bytes, time]);
}
