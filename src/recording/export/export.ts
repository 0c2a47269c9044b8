import type { FrameOptions } from '../frames.ts';
import type { Recording } from '../recording.ts';

export interface ExportOptions extends FrameOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is, in milliseconds of the recording. */
  readonly onProgress?: ((ms: number) => void) | undefined;
  /** What made it, for formats that say so. */
  readonly program: string;
}

/** What a recording can be turned into: one file each, one line in index.ts. */
export interface Exporter {
  /** Ends of file names that ask for it. */
  readonly extensions: readonly string[];
  /** For help texts. */
  readonly summary: string;
  /**
   * The file's content.
   * @throws UsageError `BAD_RECORDING` · ActionError `ACTION_FAILED`: nothing to show, a program that is missing
   */
  render(recording: Recording, options: ExportOptions): Promise<Uint8Array>;
}
