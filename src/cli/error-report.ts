import { AuthenticationError, ProtocolError, RfbError } from '../rfb/errors.ts';
import { EXIT, exitCodeOf, Interrupted } from './exit-codes.ts';

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
  if (error.code === 'CREDENTIALS_REQUIRED' && error.phase === 'connect') return API_REMEDY;
  const broken = error instanceof ProtocolError && error.phase === 'session';
  return broken
    ? 'the server is at fault: other --encodings may avoid it, --log-file tells more'
    : REMEDIES[error.code];
}

const API_REMEDY =
  'a token comes from --token-file or RFBCTL_TOKEN, a password from --password-file, --password-command or RFBCTL_PASSWORD';

const REMEDIES: Readonly<Record<string, string>> = {
  CREDENTIALS_REQUIRED: 'give it with --password-file, --password-stdin, --password-command or RFBCTL_PASSWORD',
  TLS_UNTRUSTED: 'the options are --tls-pin sha256:HEX and --ca-file FILE',
};
