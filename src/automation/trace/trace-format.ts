import type { Rect } from '../../rfb/protocol/rect.ts';
import type { PointerAction, PointerDetail } from '../pointer-action.ts';

/** The file in a trace's folder that makes it one: an event a line, JSON, in the order of time. */
export const TRACE_FILE = 'trace.jsonl';
/** The folder in it with the pictures, named by their content. */
export const SCREENS_FOLDER = 'screens';
/** Grows when a reader of the version before would misunderstand. Fields and types of events may come without that. */
export const TRACE_VERSION = 1;

/** A line of the file; `t` is milliseconds since the trace began. docs/evidence.md describes each. */
export type TraceEvent = { readonly t: number } & (
  | TraceHeader
  | ProtocolNews
  | WireSummary
  | ScreenShown
  | { readonly type: 'typing'; readonly characters: number }
  | {
      readonly type: 'keys';
      readonly action: 'press' | 'down' | 'up';
      readonly chords: readonly string[];
      readonly repeat: number;
    }
  | { readonly type: 'pointer'; readonly action: PointerAction; readonly detail: PointerDetail }
  | { readonly type: 'pasting'; readonly characters: number }
  | WaitBegun
  | WaitLook
  | WaitEnded
  | { readonly type: 'note'; readonly text: string }
  | TraceError
  /** What is left out from here on, so that the trace stays small. */
  | { readonly type: 'limit'; readonly text: string }
  | TraceEnd
);

/** The first line. */
export interface TraceHeader {
  readonly type: 'trace';
  readonly version: number;
  readonly program: string;
  /** ISO 8601, the moment of `t` 0. */
  readonly started: string;
  /** Where it leads, without secrets. */
  readonly target?: string | undefined;
  /** What was to be done. */
  readonly task?: string | undefined;
}

/** What was agreed with the server, and what it announces. */
export interface ProtocolNews {
  readonly type: 'protocol';
  readonly event: string;
  /** For people. */
  readonly text: string;
}

/** What went over the wire in up to a second: messages by name, updates by encoding. */
export interface WireSummary {
  readonly type: 'wire';
  readonly seconds: number;
  readonly sent: Readonly<Record<string, number>>;
  readonly received: Readonly<Record<string, number>>;
  readonly rects: Readonly<Record<string, number>>;
  readonly pixels: number;
  readonly bytes: number;
}

/** The screen looks like this now. */
export interface ScreenShown extends ScreenFile {
  readonly type: 'screen';
  /** Absent: it was looked at because it may have changed. */
  readonly why?: 'captured' | 'last' | undefined;
  /** Where the picture is only of a part. */
  readonly region?: Rect | undefined;
}

export interface ScreenFile {
  /** Relative to the trace's folder. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
}

/** What a look at the screen has shown. */
export interface SightRecord {
  /** 0 to 1. */
  readonly score: number;
  readonly seen: string;
  readonly place?: Rect | undefined;
  readonly screen?: ScreenFile | undefined;
}

export interface WaitBegun {
  readonly type: 'waiting';
  /** Counts from 1. */
  readonly wait: number;
  readonly condition: string;
  /** Absent when the limit is another one: the command's. */
  readonly timeoutMs?: number | undefined;
}

export interface WaitLook extends SightRecord {
  readonly type: 'look';
  readonly wait: number;
}

export interface WaitEnded {
  readonly type: 'waited';
  readonly wait: number;
  readonly condition: string;
  readonly outcome: 'met' | 'timedOut' | 'failed';
  readonly milliseconds: number;
  /** Of `any`: which of them it was, counted from 0. */
  readonly alternative?: number | undefined;
  readonly last?: SightRecord | undefined;
  /** Of a wait in vain: the look that came nearest. */
  readonly best?: SightRecord | undefined;
  /** Of a wait in vain for a picture: where the nearest screen differs from it. */
  readonly difference?: ScreenFile | undefined;
  readonly message?: string | undefined;
}

export interface TraceError {
  readonly type: 'error';
  readonly kind: string;
  readonly code?: string | undefined;
  readonly phase?: string | undefined;
  readonly message: string;
}

/** The last line; a trace without it was cut off. */
export interface TraceEnd {
  readonly type: 'end';
  readonly exitCode?: number | undefined;
  readonly outcome: 'done' | 'failed';
}
