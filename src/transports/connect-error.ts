import { ConnectionError, RfbError } from '../rfb/errors.ts';

/** Why nothing could be opened at `where`, from what Node says: one line with a remedy. */
export function connectFailed(where: string, cause: unknown, hint = ''): RfbError {
  if (cause instanceof RfbError) return cause;
  const alert = tlsAlert(where, cause);
  if (alert !== undefined) return alert;
  const why = REASONS[errorCode(cause)]?.(where) ?? `cannot connect to ${where}: ${errorText(cause)}`;
  return new ConnectionError('CONNECT_FAILED', hint === '' ? why : `${why}; ${hint}`, { cause, phase: 'connect' });
}

/** Why an open pipe is no more. */
export function connectionLost(where: string, cause: unknown): RfbError {
  if (cause instanceof RfbError) return cause;
  const alert = tlsAlert(where, cause);
  if (alert !== undefined) return alert;
  if (errorCode(cause).startsWith('ERR_STREAM_')) {
    return new ConnectionError('CONNECTION_LOST', `${where} has closed the connection`, { cause });
  }
  return new ConnectionError('CONNECTION_LOST', `the connection to ${where} broke: ${errorText(cause)}`, { cause });
}

/**
 * What a server says about the certificate that it was shown, or was not. In TLS 1.3 it says so after the handshake, where
 * the answer to the first bytes is awaited.
 */
export function tlsAlert(where: string, error: unknown): ConnectionError | undefined {
  const code = errorCode(error);
  const why = CERTIFICATE_ALERTS.find(([alert]) => alert.test(code))?.[1];
  if (why === undefined) return undefined;
  return new ConnectionError('CONNECT_FAILED', `${where} ${why}`, { cause: error, phase: 'connect' });
}

/** `ECONNREFUSED`; of several attempts (one for each address of a host), the first one's. */
export function errorCode(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}

export function errorText(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const text = first instanceof Error ? first.message : String(first);
  return text.split('\n', 1)[0] ?? '';
}

const NOT_ACCEPTED = 'does not accept the client certificate';
const CERTIFICATE_ALERTS: readonly (readonly [alert: RegExp, why: string])[] = [
  [/^ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED$/, 'wants a client certificate: give one, with its private key'],
  // What TLS 1.2 says for it, and for all else.
  [/^ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE$/, 'refuses the TLS handshake: perhaps it wants a client certificate'],
  [/^ERR_SSL_TLSV1_ALERT_UNKNOWN_CA$/, `${NOT_ACCEPTED}: it is signed by an authority that is not known there`],
  [/^ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED$/, `${NOT_ACCEPTED}: it has expired`],
  [/^ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED$/, `${NOT_ACCEPTED}: it was revoked`],
  [/^ERR_SSL_(?:SSLV3_ALERT_(?:BAD|UNSUPPORTED)_CERTIFICATE|SSLV3_ALERT_CERTIFICATE_UNKNOWN)$/, NOT_ACCEPTED],
  [/^ERR_SSL_TLSV1_ALERT_(?:ACCESS_DENIED|DECRYPT_ERROR)$/, NOT_ACCEPTED],
];

const REASONS: Readonly<Record<string, (where: string) => string>> = {
  ECONNREFUSED: (where) => `nothing listens on ${where} (refused): is it started, and is this where it listens?`,
  ENOTFOUND: (where) => `no host of this name: ${where} (ENOTFOUND); check the spelling`,
  EAI_AGAIN: (where) => `cannot look up ${where} (EAI_AGAIN): the name server does not answer`,
  EHOSTUNREACH: (where) => `${where} cannot be reached (EHOSTUNREACH): no such machine in its network, or a firewall`,
  ENETUNREACH: (where) => `${where} cannot be reached (ENETUNREACH): no route to its network`,
  ETIMEDOUT: (where) => `${where} does not answer (ETIMEDOUT): switched off, or a firewall drops the packets`,
  ECONNRESET: (where) => `${where} accepted the connection and dropped it at once (ECONNRESET)`,
  ENOENT: (where) => `there is no socket ${where} (ENOENT): is the machine running?`,
  EACCES: (where) => `no permission to use ${where} (EACCES): its owner and mode say who may`,
  EPERM: (where) => `not allowed to connect to ${where} (EPERM)`,
  ENOTSOCK: (where) => `${where} is no socket (ENOTSOCK)`,
};
