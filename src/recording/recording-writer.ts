import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { createRecordingFile, outputFailed } from './recording-file.ts';
import {
  FLAG_DEFLATED,
  type Keyframe,
  MAGIC,
  MAX_PAYLOAD,
  RECORD_HEADER,
  type RecordingHeader,
  type RecordingIndex,
  recordTypes,
  TRAILER,
  TRAILER_MAGIC,
} from './rfbrec.ts';

const deflate = promisify(deflateRaw);

/** Fast, and most of what there is to gain on screens. */
const DEFLATE_LEVEL = 3;
/** Shorter payloads are not worth it. */
const MIN_DEFLATED = 128;

/** A keyframe that began longer ago is left out of the index. */
const MAX_REMEMBERED = 4096;

/** Writes a recording, piece by piece: a file that is cut off anywhere can be read up to there. */
export class RecordingWriter {
  readonly #file: FileHandle;
  readonly #name: string;
  readonly #started = performance.now();
  readonly #keyframes: Keyframe[] = [];
  /** Where records of server bytes begin, in the stream and in the file: the latest, which a keyframe may still need. */
  readonly #serverRecords: { readonly offset: number; readonly record: number }[] = [];
  #position = 0;
  #serverBytes = 0;
  #clientBytes = 0;
  #queue: Promise<void> = Promise.resolve();
  #closed = false;
  #lastMs = 0;

  private constructor(file: FileHandle, name: string) {
    this.#file = file;
    this.#name = name;
  }

  /**
   * Begins a new file; one that exists is not written over.
   * @throws ActionError `OUTPUT_FAILED`
   */
  static async create(name: string, header: RecordingHeader): Promise<RecordingWriter> {
    const writer = new RecordingWriter(await createRecordingFile(name), name);
    await writer.#enqueue(async () => {
      await writer.#append(Buffer.from(MAGIC, 'latin1'));
      await writer.#record(recordTypes.header, json(header), 0);
    });
    return writer;
  }

  /** Milliseconds since it began. */
  get elapsedMs(): number {
    return performance.now() - this.#started;
  }

  /** Bytes of the server's stream so far. */
  get serverBytes(): number {
    return this.#serverBytes;
  }

  /** Takes bytes of the server; they may be used again at once. Resolves when they are written. */
  server(bytes: Uint8Array, ms = this.elapsedMs): Promise<void> {
    const offset = this.#serverBytes;
    this.#serverBytes += bytes.length;
    return this.#stream(recordTypes.server, bytes, ms, offset);
  }

  /** The same of the client. */
  client(bytes: Uint8Array, ms = this.elapsedMs): Promise<void> {
    const offset = this.#clientBytes;
    this.#clientBytes += bytes.length;
    return this.#stream(recordTypes.client, bytes, ms, offset);
  }

  /** Says that from `offset` in the server's stream on the whole screen was sent anew, and is complete now. */
  keyframe(keyframe: Omit<Keyframe, 'ms' | 'record' | 'skip'>): Promise<void> {
    const ms = this.elapsedMs;
    return this.#enqueue(async () => {
      const at = this.#serverRecords.findLast(({ offset }) => offset <= keyframe.offset);
      if (at === undefined) return;
      const { offset, record } = at;
      const whole: Keyframe = { ms: Math.round(ms), record, skip: keyframe.offset - offset, ...keyframe };
      this.#keyframes.push(whole);
      await this.#record(recordTypes.keyframe, json(whole), ms);
    });
  }

  /** Writes the index and closes the file. Idempotent. @throws ActionError `OUTPUT_FAILED` */
  async close(): Promise<void> {
    if (this.#closed) return await this.#queue;
    this.#closed = true;
    const ms = this.#lastMs;
    const index: RecordingIndex = {
      durationMs: Math.round(ms),
      serverBytes: this.#serverBytes,
      clientBytes: this.#clientBytes,
      keyframes: this.#keyframes,
    };
    this.#queue = this.#queue
      .then(async () => {
        const position = this.#position;
        await this.#record(recordTypes.index, json(index), ms);
        const trailer = Buffer.alloc(TRAILER);
        trailer.writeBigUInt64BE(BigInt(position));
        trailer.write(TRAILER_MAGIC, 8, 'latin1');
        await this.#append(trailer);
      })
      .finally(() => this.#file.close());
    await this.#queue;
  }

  #stream(type: number, bytes: Uint8Array, ms: number, streamOffset: number): Promise<void> {
    const copy = Uint8Array.from(bytes);
    this.#lastMs = Math.max(this.#lastMs, ms);
    return this.#enqueue(async () => {
      for (let at = 0; at < copy.length; at += MAX_PAYLOAD) {
        const piece = copy.subarray(at, at + MAX_PAYLOAD);
        if (type === recordTypes.server) this.#remember(streamOffset + at);
        await this.#record(type, piece, ms);
      }
    });
  }

  #remember(offset: number): void {
    this.#serverRecords.push({ offset, record: this.#position });
    if (this.#serverRecords.length >= 2 * MAX_REMEMBERED) this.#serverRecords.splice(0, MAX_REMEMBERED);
  }

  /** One after the other. After a failure nothing more is written, and everyone is told why. */
  #enqueue(write: () => Promise<void>): Promise<void> {
    if (this.#closed) return this.#queue;
    this.#queue = this.#queue.then(write);
    this.#queue.catch(() => {});
    return this.#queue;
  }

  async #record(type: number, payload: Uint8Array, ms: number): Promise<void> {
    const packed = payload.length < MIN_DEFLATED ? payload : await deflate(payload, { level: DEFLATE_LEVEL });
    const deflated = packed.length < payload.length;
    const stored = deflated ? packed : payload;
    const header = Buffer.alloc(RECORD_HEADER);
    header[0] = type;
    header[1] = deflated ? FLAG_DEFLATED : 0;
    header.writeUInt32BE(stored.length, 4);
    header.writeUInt32BE(payload.length, 8);
    header.writeBigUInt64BE(BigInt(Math.round(ms * 1000)), 12);
    await this.#append(Buffer.concat([header, stored]));
  }

  async #append(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.appendFile(bytes);
    } catch (cause) {
      throw outputFailed(this.#name, cause);
    }
    this.#position += bytes.length;
  }
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value), 'utf8');
