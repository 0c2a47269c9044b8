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
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

export function exitCodeOf(error: unknown): number {
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
  const known = error instanceof RfbError;
  return {
    error: {
      code: known ? error.code : 'UNEXPECTED',
      kind: error instanceof Error ? error.name : typeof error,
      message: error instanceof Error ? error.message : String(error),
      ...(known && error.phase && { phase: error.phase }),
      exitCode: exitCodeOf(error),
    },
  };
}
