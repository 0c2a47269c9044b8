import type { FileHandle } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';
import { badRecording } from '../bad-recording.ts';
import type { RecordedPiece, Recording, RecordingFormat } from '../recording.ts';
import { openRecordingFile } from '../recording-file.ts';
import { RecordingWriter } from '../recording-writer.ts';
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
} from '../rfbrec.ts';

/** The project's own: both directions, times, keyframes, an index. docs/recordings.md has it byte by byte. */
export const rfbrec: RecordingFormat = {
  name: 'rfbrec',
  summary: 'both directions, with times and an index',
  extension: '.rfbrec',

  detect: (head) => Buffer.from(head.subarray(0, MAGIC.length)).toString('latin1') === MAGIC,

  async open(name) {
    const file = await openRecordingFile(name);
    try {
      const { size } = await file.stat();
      const first = await readRecord(file, name, MAGIC.length, size);
      if (first?.type !== recordTypes.header) throw badRecording(name, 'its first record is no header');
      const header = parseJson<RecordingHeader>(first.payload, name, 'header');
      if (header.version !== 1)
        throw badRecording(name, `it is of version ${header.version}, this program reads version 1`);
      const index = await readIndex(file, name, size);
      return new RfbrecRecording(file, name, size, header, index);
    } catch (error) {
      await file.close();
      throw error;
    }
  },

  async write(recording, name) {
    const writer = await RecordingWriter.create(name, {
      version: 1,
      started: (recording.started ?? new Date(0)).toISOString(),
      target: recording.target ?? recording.name,
    });
    try {
      for await (const { from, bytes, ms } of recording.pieces()) await writer[from](bytes, ms);
    } finally {
      await writer.close();
    }
  },
};

interface StoredRecord {
  readonly type: number;
  readonly ms: number;
  readonly payload: Uint8Array;
  readonly next: number;
}

class RfbrecRecording implements Recording {
  readonly format = rfbrec.name;
  readonly timed = true;
  readonly hasClient = true;
  readonly name: string;
  readonly started: Date;
  readonly target: string;
  readonly keyframes: readonly Keyframe[];
  readonly durationMs: number | undefined;
  truncated = false;
  readonly #file: FileHandle;
  readonly #size: number;

  constructor(
    file: FileHandle,
    name: string,
    size: number,
    header: RecordingHeader,
    index: RecordingIndex | undefined,
  ) {
    this.#file = file;
    this.#size = size;
    this.name = name;
    this.started = new Date(header.started);
    this.target = header.target;
    this.keyframes = index?.keyframes ?? [];
    this.durationMs = index?.durationMs;
  }

  async *pieces(from?: Keyframe): AsyncGenerator<RecordedPiece> {
    let skip = from?.skip ?? 0;
    let last = 0;
    for (let at = from?.record ?? MAGIC.length; ; ) {
      const record = await readRecord(this.#file, this.name, at, this.#size);
      if (record === undefined) {
        this.truncated = true;
        return;
      }
      at = record.next;
      if (record.type === recordTypes.index) return;
      if (record.type !== recordTypes.server && record.type !== recordTypes.client) continue;
      last = Math.max(last, record.ms);
      const bytes = record.payload.subarray(skip);
      skip = 0;
      yield { from: record.type === recordTypes.server ? 'server' : 'client', ms: last, bytes };
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** The record at `position`; undefined where the file ends before it does. @throws UsageError `BAD_RECORDING` */
async function readRecord(
  file: FileHandle,
  name: string,
  position: number,
  size: number,
): Promise<StoredRecord | undefined> {
  if (position + RECORD_HEADER > size) return undefined;
  const header = Buffer.alloc(RECORD_HEADER);
  await file.read(header, 0, RECORD_HEADER, position);
  const stored = header.readUInt32BE(4);
  const full = header.readUInt32BE(8);
  if (stored > MAX_PAYLOAD || full > MAX_JSON) {
    const length = Math.max(stored, full);
    throw badRecording(name, `the record at byte ${position} announces ${length} bytes, at most are ${MAX_PAYLOAD}`);
  }
  const next = position + RECORD_HEADER + stored;
  if (next > size) return undefined;
  const bytes = Buffer.alloc(stored);
  await file.read(bytes, 0, stored, position + RECORD_HEADER);
  const deflated = ((header[1] ?? 0) & FLAG_DEFLATED) !== 0;
  return {
    type: header[0] ?? 0,
    ms: Number(header.readBigUInt64BE(12)) / 1000,
    payload: deflated ? inflate(bytes, full, name, position) : bytes,
    next,
  };
}

/** The index compresses well: a day of keyframes. */
const MAX_JSON = 16 * MAX_PAYLOAD;

function inflate(bytes: Uint8Array, length: number, name: string, position: number): Uint8Array {
  try {
    const inflated = inflateRawSync(bytes, { maxOutputLength: Math.max(1, length) });
    if (inflated.length === length) return inflated;
  } catch {
    // Told below.
  }
  throw badRecording(name, `the record at byte ${position} is damaged`);
}

/** What the trailer points at; undefined without one, as a recording that was cut off is. */
async function readIndex(file: FileHandle, name: string, size: number): Promise<RecordingIndex | undefined> {
  if (size < MAGIC.length + RECORD_HEADER + TRAILER) return undefined;
  const trailer = Buffer.alloc(TRAILER);
  await file.read(trailer, 0, TRAILER, size - TRAILER);
  if (trailer.toString('latin1', 8) !== TRAILER_MAGIC) return undefined;
  const record = await readRecord(file, name, Number(trailer.readBigUInt64BE()), size);
  if (record?.type !== recordTypes.index) throw badRecording(name, 'its index is not where its end says');
  return parseJson<RecordingIndex>(record.payload, name, 'index');
}

function parseJson<T>(bytes: Uint8Array, name: string, what: string): T {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as T;
  } catch (cause) {
    throw badRecording(name, `its ${what} is damaged`, cause);
  }
}
