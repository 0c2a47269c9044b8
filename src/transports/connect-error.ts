import { ConnectionError, RfbError } from '../rfb/errors.ts';
import { errorCode, errorText } from '../rfb/node-error.ts';
import { tlsAlert } from '../rfb/protocol/security/tls/tls-alert.ts';

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
