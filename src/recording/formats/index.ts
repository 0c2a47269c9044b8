import { badRecording } from '../bad-recording.ts';
import type { Recording, RecordingFormat } from '../recording.ts';
import { openRecordingFile } from '../recording-file.ts';
import { fbs } from './fbs.ts';
import { rfbrec } from './rfbrec.ts';
import { websockify } from './websockify.ts';

/** Every file format of recordings. */
export const recordingFormats = [rfbrec, fbs, websockify] as const satisfies readonly RecordingFormat[];

const HEAD = 64;

/**
 * Opens a recording of any format; what it is, its first bytes say.
 * @throws UsageError `BAD_RECORDING`
 */
export async function openRecording(name: string): Promise<Recording> {
  const file = await openRecordingFile(name);
  const head = Buffer.alloc(HEAD);
  try {
    await file.read(head, 0, HEAD, 0);
  } catch (cause) {
    throw badRecording(name, `cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  } finally {
    await file.close();
  }
  const format = recordingFormats.find((each) => each.detect(head));
  if (format) return await format.open(name);
  const known = recordingFormats.map((each) => each.name).join(', ');
  throw badRecording(name, `it is no recording that is known here (${known})`);
}

export type WritableFormat = RecordingFormat & Required<Pick<RecordingFormat, 'extension' | 'write'>>;

/** The format that a file's name asks for, if it is one of recordings. */
export function formatByName(name: string): WritableFormat | undefined {
  return writableFormats.find(({ extension }) => name.toLowerCase().endsWith(extension));
}

export const writableFormats: readonly WritableFormat[] = ([...recordingFormats] as RecordingFormat[]).filter(
  (format: RecordingFormat): format is WritableFormat => format.write !== undefined && format.extension !== undefined,
);
