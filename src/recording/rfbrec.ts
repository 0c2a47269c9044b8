import type { PixelFormat } from '../rfb/protocol/pixel-format.ts';

/** The bytes of a recording file, docs/recordings.md. All numbers big-endian, as in RFB. */
export const MAGIC = 'RFBREC 1';
export const TRAILER_MAGIC = 'RFBINDEX';

/** Type, flags, two bytes of nothing, stored length (u32), full length (u32), time in microseconds (u64). */
export const RECORD_HEADER = 20;
/** Where the index is (u64), then TRAILER_MAGIC. */
export const TRAILER = 16;

export const recordTypes = { header: 1, server: 2, client: 3, keyframe: 4, index: 5 } as const;

/** The payload is compressed: raw deflate, RFC 1951. */
export const FLAG_DEFLATED = 1;

/** Of one record, stored or inflated; writers cut longer pieces. */
export const MAX_PAYLOAD = 1024 * 1024;

export interface RecordingHeader {
  readonly version: 1;
  /** When the time 0 was, ISO 8601. */
  readonly started: string;
  /** Where the console was, without secrets. */
  readonly target: string;
  readonly program?: string | undefined;
  /** Typed characters were replaced. */
  readonly masked?: boolean | undefined;
}

/**
 * A place from where the screen can be drawn without what came before: all of it is sent anew there, and the encodings in
 * use keep no state.
 */
export interface Keyframe {
  /** When the whole screen had been sent, in milliseconds from the start. */
  readonly ms: number;
  /** Where in the server's stream the first message of it begins. */
  readonly offset: number;
  /** Where in the file the record with that byte is, and how many bytes of the stream it holds before it. */
  readonly record: number;
  readonly skip: number;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly pixelFormat: PixelFormat;
}

export interface RecordingIndex {
  readonly durationMs: number;
  readonly serverBytes: number;
  readonly clientBytes: number;
  readonly keyframes: readonly Keyframe[];
}
