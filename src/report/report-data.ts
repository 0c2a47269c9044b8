import type { TraceEvent } from '../automation/trace/trace-format.ts';

/** What the page is given: JSON in a block of its own. */
export interface ReportData {
  readonly program: string;
  readonly traces: readonly ReportTrace[];
  /** PNGs in base64, by the name that events use; traces share what looks the same. */
  readonly pictures: Readonly<Record<string, string>>;
}

export interface ReportTrace {
  /** The folder, as it was given. */
  readonly name: string;
  readonly events: readonly TraceEvent[];
  readonly summary: TraceSummary;
}

export interface TraceSummary {
  readonly outcome: 'done' | 'failed' | 'cutOff';
  readonly exitCode?: number | undefined;
  readonly target: string;
  readonly task: string;
  /** ISO 8601. */
  readonly started: string;
  readonly milliseconds: number;
  /** Of the error that ended it. */
  readonly message?: string | undefined;
}
