import { closeSync, openSync, writeSync } from 'node:fs';
import { describeLogEvent } from '../automation/describe-log-event.ts';
import { printable } from '../rfb/protocol/text.ts';
import type { LogEvent } from '../rfb/session/log-event.ts';
import { outputFailed } from './output-file.ts';
import type { Settings } from './settings.ts';

/** Protocol events for people: `-v` on stderr, `--log-file` in a file. */
export interface ProtocolLog {
  /** Absent when nobody reads it. */
  readonly onLog?: (event: LogEvent) => void;
  note(text: string): void;
  failed(error: unknown): void;
  close(): void;
}

/** @throws ActionError `OUTPUT_FAILED` when the file cannot be written */
export function openLog({ verbosity, logFile, name }: Pick<Settings, 'verbosity' | 'logFile' | 'name'>): ProtocolLog {
  const sinks: Sink[] = [];
  if (verbosity > 0) sinks.push({ everyMessage: verbosity > 1, write: writeToStderr() });
  const file = logFile === undefined ? undefined : openFile(logFile);
  if (file) sinks.push({ everyMessage: true, write: file.write });
  if (sinks.length === 0) return { note: () => {}, failed: () => {}, close: () => {} };
  const note = (text: string, detail = false) => {
    for (const { everyMessage, write } of sinks) if (everyMessage || !detail) write(text);
  };
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  note(`connecting to ${name}`);
  return {
    onLog(event) {
      if (event.type === 'sent') count(`${event.message} sent`);
      if (event.type === 'received') count(`${event.message} received`);
      note(describeLogEvent(event), event.type === 'sent' || event.type === 'received');
    },
    note,
    failed: (error) =>
      note(`failed: ${error instanceof Error ? printable(error.message, 1000) : 'for an unknown reason'}`),
    close() {
      if (counts.size > 0) note(`in all: ${[...counts].map(([what, times]) => `${times} ${what}`).join(', ')}`);
      file?.close();
    },
  };
}

interface Sink {
  readonly everyMessage: boolean;
  write(text: string): void;
}

function writeToStderr(): (text: string) => void {
  const started = performance.now();
  return (text) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(3);
    process.stderr.write(`rfbctl: ${seconds.padStart(7)} ${text}\n`);
  };
}

function openFile(file: string): { write(text: string): void; close(): void } {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'a');
  } catch (cause) {
    throw outputFailed(file, '--log-file', cause);
  }
  const close = () => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  return {
    write(text) {
      if (descriptor === undefined) return;
      try {
        writeSync(descriptor, `${new Date().toISOString()} ${text}\n`);
      } catch {
        // A full disk must not end the session that is logged.
        close();
      }
    },
    close,
  };
}
