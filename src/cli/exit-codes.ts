import {
  ActionError,
  AuthenticationError,
  ConnectionError,
  ProtocolError,
  TimeoutError,
  UnsupportedError,
  UsageError,
} from '../rfb/errors.ts';

/** Stable numbers, vncdotool's where both have one. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  authentication: 3,
  connect: 10,
  connectionLost: 11,
  protocol: 20,
  action: 30,
  timeout: 40,
  /** And the nine after it: which alternative of `wait --any` held. */
  alternative: 50,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** The signals that end a command, and what it then exits with. */
export const STOP_SIGNALS = { SIGHUP: EXIT.hungUp, SIGINT: EXIT.interrupted, SIGTERM: EXIT.terminated } as const;

/** A signal has ended the command. */
export class Interrupted extends Error {
  readonly signal: keyof typeof STOP_SIGNALS;

  constructor(signal: keyof typeof STOP_SIGNALS) {
    super(`stopped by ${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return STOP_SIGNALS[error.signal];
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof AuthenticationError) return EXIT.authentication;
  if (error instanceof ConnectionError) return error.code === 'CONNECTION_LOST' ? EXIT.connectionLost : EXIT.connect;
  if (error instanceof ProtocolError || error instanceof UnsupportedError) return EXIT.protocol;
  if (error instanceof ActionError) return EXIT.action;
  if (error instanceof TimeoutError) return EXIT.timeout;
  return EXIT.unexpected;
}
