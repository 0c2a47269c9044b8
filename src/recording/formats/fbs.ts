import type { FileHandle } from 'node:fs/promises';
import { type Picture, pixelsOf } from '../../automation/picture.ts';
import { ByteWriter } from '../../rfb/bytes/byte-writer.ts';
import { ActionError } from '../../rfb/errors.ts';
import { Framebuffer } from '../../rfb/protocol/framebuffer.ts';
import { pixelFormats } from '../../rfb/protocol/pixel-format.ts';
import { clip } from '../../server/display.ts';
import { hextile } from '../../server/encoders/hextile.ts';
import { PixelWriter } from '../../server/pixel-writer.ts';
import { writeServerInit } from '../../server/server-handshake.ts';
import { badRecording } from '../bad-recording.ts';
import { FileReader } from '../file-reader.ts';
import { frames } from '../frames.ts';
import type { RecordedPiece, Recording, RecordingFormat } from '../recording.ts';
import { createRecordingFile, openRecordingFile } from '../recording-file.ts';

const MAGIC = 'FBS 001.000\n';
/** Of one block. rfbproxy writes what one read gave, players take 64 KiB and more. */
const MAX_BLOCK = 64 * 1024 * 1024;
const BLOCK = 64 * 1024;
/** Updates are at least so far apart. */
const INTERVAL_MS = 20;

/**
 * FrameBuffer Stream 001.000, as rfbproxy writes it and its players read it: the server's bytes alone, in blocks of a length
 * (u32), the bytes, padding to four, and the milliseconds since the start (u32). Players are of the time of RFB 3.3, and of the
 * encodings of then: what is written is drawn and encoded anew, whatever was spoken.
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
    const pixels = new PixelWriter(pixelFormats.bgrx8888);
    const encoder = hextile.createEncoder();
    let screen: Framebuffer | undefined;
    await file.appendFile(Buffer.from(MAGIC, 'latin1'));
    for await (const { ms, picture, changed } of frames(recording, { intervalMs: INTERVAL_MS })) {
      const out = new ByteWriter();
      if (screen === undefined) {
        screen = new Framebuffer(picture.width, picture.height);
        out.bytes(Buffer.from('RFB 003.003\n', 'latin1')).u32(1);
        writeServerInit(out, { ...picture, pixelFormat: pixels.format, name: recording.target ?? recording.name });
        await file.appendFile(block(out.take(), 0));
      }
      const rect = clip(changed, screen.bounds);
      if (rect.width === 0 || rect.height === 0) continue;
      screen.blit(screen.bounds, fitted(picture, screen));
      // FramebufferUpdate, RFC 6143 §7.6.1, of one rectangle.
      out.u8(0).pad(1).u16(1).u16(rect.x).u16(rect.y).u16(rect.width).u16(rect.height).u32(hextile.type);
      encoder.encode(out, rect, { framebuffer: screen, pixels });
      const bytes = out.take();
      for (let at = 0; at < bytes.length; at += BLOCK) await file.appendFile(block(bytes.subarray(at, at + BLOCK), ms));
    }
    if (screen === undefined) throw new ActionError('ACTION_FAILED', `${recording.name}: nothing was shown`);
  },
};

/** As much of the picture as there is room for: players know no other size than the first. */
function fitted(picture: Picture, { width, height }: Framebuffer): Uint32Array {
  const all = pixelsOf(picture);
  if (picture.width === width && picture.height === height) return all;
  const values = new Uint32Array(width * height).fill(0xff000000);
  const row = Math.min(width, picture.width);
  for (let y = 0; y < Math.min(height, picture.height); y++) {
    values.set(all.subarray(y * picture.width, y * picture.width + row), y * width);
  }
  return values;
}

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
