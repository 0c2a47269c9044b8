import { ConnectionError, type Phase } from '../../../errors.ts';
import { errorCode } from '../../../node-error.ts';

/**
 * What a server says about the certificate that it was shown, or was not. In TLS 1.3 it says so after the handshake, where
 * the answer to the first bytes is awaited.
 */
export function tlsAlert(where: string, error: unknown, phase: Phase = 'connect'): ConnectionError | undefined {
  const code = errorCode(error);
  const why = CERTIFICATE_ALERTS.find(([alert]) => alert.test(code))?.[1];
  if (why === undefined) return undefined;
  return new ConnectionError('CONNECT_FAILED', `${where} ${why}`, { cause: error, phase });
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
