import type { ConnectOptions } from '../../automation/console.ts';
import {
  ActionError,
  AuthenticationError,
  ConnectionError,
  type Phase,
  ProtocolError,
  RfbError,
  type RfbErrorCode,
  TimeoutError,
  UnsupportedError,
  UsageError,
} from '../../rfb/errors.ts';
import type { Credentials } from '../../rfb/protocol/security/security-type.ts';

/** The first argument of the process that keeps a session. No command: only `open` starts it. */
export const KEEPER = 'keep-session';

/** What the keeper is to do. It comes over its channel: others can read arguments. */
export interface KeepTask {
  readonly name: string;
  readonly folder: string;
  readonly address: string;
  /** As messages show it. */
  readonly target: string;
  readonly connect: Omit<ConnectOptions, 'onWarning'>;
  readonly retryMs: number;
  readonly idleMs: number;
  /** Of every protocol event. */
  readonly logFile: string | undefined;
}

export type ToKeeper =
  | { readonly type: 'keep'; readonly task: KeepTask }
  /** The answer to `ask`. */
  | { readonly type: 'credentials'; readonly credentials: Credentials };

export type FromKeeper =
  | { readonly type: 'ask'; readonly wanted: readonly (keyof Credentials)[] }
  | { readonly type: 'opened'; readonly width: number; readonly height: number }
  | { readonly type: 'failed'; readonly error: SentError };

/** An error as data. */
export interface SentError {
  /** The name of its class. */
  readonly kind: string;
  readonly code?: RfbErrorCode;
  readonly phase?: Phase | undefined;
  readonly message: string;
}

const CLASSES = { ActionError, AuthenticationError, ConnectionError, ProtocolError, UnsupportedError, UsageError };

export function sentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { kind: typeof error, message: String(error) };
  const { name: kind, message } = error;
  return error instanceof RfbError ? { kind, code: error.code, phase: error.phase, message } : { kind, message };
}

export function receivedError({ kind, code, phase, message }: SentError): Error {
  const options = phase === undefined ? {} : { phase };
  if (kind === 'TimeoutError') return new TimeoutError(message, options);
  const Known = Object.entries(CLASSES).find(([name]) => name === kind)?.[1];
  return Known && code !== undefined ? new Known(code, message, options) : new Error(message);
}
