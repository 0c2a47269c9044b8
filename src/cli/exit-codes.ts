import {
  ActionError,
  AuthenticationError,
  ConnectionError,
  ProtocolError,
  RfbError,
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

/** The document that `--json` prints for a failure. */
export function errorDocument(error: unknown) {
  return {
    error: {
      code: codeOf(error),
      kind: error instanceof Error ? error.name : typeof error,
      message: describeError(error),
      ...(error instanceof RfbError && error.phase && { phase: error.phase }),
      ...(error instanceof AuthenticationError && error.reason && { reason: error.reason }),
      exitCode: exitCodeOf(error),
    },
  };
}

/** One line: the message, and what to do about it with this program. */
export function describeError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replace(/\s*\n\s*/g, ' ');
  if (exitCodeOf(error) === EXIT.unexpected) return `unexpected, a bug: ${line}; -v shows where`;
  const remedy = error instanceof RfbError ? remedyOf(error) : undefined;
  return remedy === undefined ? line : `${line}; ${remedy}`;
}

function codeOf(error: unknown): string {
  if (error instanceof Interrupted) return 'INTERRUPTED';
  return error instanceof RfbError ? error.code : 'UNEXPECTED';
}

/** What the library cannot say: the options that help. */
function remedyOf(error: RfbError): string | undefined {
  const broken = error instanceof ProtocolError && error.phase === 'session';
  return broken
    ? 'the server is at fault: other --encodings may avoid it, --log-file tells more'
    : REMEDIES[error.code];
}

const REMEDIES: Readonly<Record<string, string>> = {
  CREDENTIALS_REQUIRED: 'give it with --password-file, --password-stdin, --password-command or RFBCTL_PASSWORD',
  TLS_UNTRUSTED: 'the options are --tls-pin sha256:HEX and --ca-file FILE',
};
