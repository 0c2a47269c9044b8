/** What every recording is, whatever its file's format. */
import type { Keyframe } from './rfbrec.ts';

/** Bytes that went one way. */
export interface RecordedPiece {
  readonly from: 'server' | 'client';
  /** From the start of the recording. */
  readonly ms: number;
  readonly bytes: Uint8Array;
}

/**
 * A recorded session: what either side sent, from the server's ProtocolVersion on, `close` it. In our own
 * format the handshake is that of a server that wants no password.
 */
export interface Recording extends AsyncDisposable {
  /** What it was, for messages: the file's name. */
  readonly name: string;
  readonly format: string;
  /** When it began, where the file says so. */
  readonly started?: Date | undefined;
  /** What was recorded, where the file says so. */
  readonly target?: string | undefined;
  /** False where the file has no times: all pieces have time 0. */
  readonly timed: boolean;
  /** The security type that was chosen, where it is not None or the server's own choice (3.3). */
  readonly security?: number | undefined;
  /** False where only the server's bytes are kept. */
  readonly hasClient: boolean;
  /** In ascending order; none where the format has none. */
  readonly keyframes: readonly Keyframe[];
  /** How long it is, where the file says so without reading all of it. */
  readonly durationMs?: number | undefined;
  /**
   * The pieces in order. From a keyframe on, the first piece begins with its offset.
   * @throws UsageError `BAD_RECORDING`
   */
  pieces(from?: Keyframe): AsyncIterable<RecordedPiece>;
  /** Whether the end is missing; known when all pieces have been read. */
  readonly truncated: boolean;
  close(): Promise<void>;
}

/** A file format of recordings: one file each, one line in formats/index.ts. */
export interface RecordingFormat {
  readonly name: string;
  /** For help texts. */
  readonly summary: string;
  /** What `export` writes it to, by the end of the name; formats that are only read have none. */
  readonly extension?: string;
  /** Whether a file that begins with these 16 bytes is one. */
  detect(head: Uint8Array): boolean;
  /** @throws UsageError `BAD_RECORDING` */
  open(file: string): Promise<Recording>;
  /** Rewrites a recording. @throws ActionError `OUTPUT_FAILED` */
  write?(recording: Recording, file: string): Promise<void>;
}
