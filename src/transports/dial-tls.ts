import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { ConnectionError, UsageError } from '../rfb/errors.ts';
import { type HostPort, showHostPort } from './address.ts';
import { connectFailed, errorCode, errorText, tlsAlert } from './connect-error.ts';
import { established } from './dial.ts';
import { dialHost } from './dial-host.ts';
import type { OpenOptions, TlsOptions } from './transport.ts';

/** A TLS connection to a server that has shown who it is: nothing has been sent over it before. */
export async function dialTls(
  target: HostPort,
  { tls = {}, via, signal, onWarning }: OpenOptions,
  protocols?: string[],
): Promise<TLSSocket> {
  const trust = checkTlsOptions(tls);
  const secureContext = secureContextOf(trust);
  const where = showHostPort(target);
  const tcp = await dialHost(target, { via, signal });
  const options: ConnectionOptions = {
    socket: tcp,
    host: target.host,
    servername: isIP(target.host) === 0 ? target.host : '',
    secureContext,
    // Verified below, where pins and remedies are known; Node's own verdict is in `authorizationError`.
    rejectUnauthorized: false,
  };
  if (protocols !== undefined) options.ALPNProtocols = protocols;
  const socket = connect(options);
  await established(socket, 'secureConnect', (error) => handshakeFailed(where, error), signal);
  try {
    verify(socket, where, trust);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  if (trust.insecure)
    onWarning?.(`the certificate of ${where} is not checked: whoever sits in between can read and change all`);
  return socket;
}

/**
 * @throws UsageError `BAD_OPTION`
 */
function checkTlsOptions({ ca, pin, insecure = false, ...own }: TlsOptions): TlsOptions {
  if (ca !== undefined) {
    try {
      new X509Certificate(ca);
    } catch (cause) {
      throw new UsageError(
        'BAD_OPTION',
        'the CA file holds no certificate: PEM is wanted (-----BEGIN CERTIFICATE-----)',
        {
          cause,
        },
      );
    }
  }
  const digits = pin
    ?.replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  if (digits !== undefined && !/^[\da-f]{64}$/.test(digits)) {
    throw new UsageError('BAD_OPTION', 'a TLS pin is sha256: and 64 hexadecimal digits');
  }
  return { ca, pin: digits, insecure, ...own };
}

/**
 * @throws UsageError `BAD_OPTION`
 */
function secureContextOf({ ca, cert, key = cert, passphrase }: TlsOptions): SecureContext {
  if (cert === undefined && key !== undefined) {
    throw new UsageError('BAD_OPTION', 'a private key is of no use without its client certificate');
  }
  try {
    return createSecureContext({
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      ...(passphrase !== undefined && { passphrase }),
    });
  } catch (cause) {
    throw new UsageError(
      'BAD_OPTION',
      `the client certificate cannot be used: ${unusableBecause(cause, passphrase !== undefined)}`,
      { cause },
    );
  }
}

function unusableBecause(error: unknown, passphrase: boolean): string {
  const code = errorCode(error);
  if (code === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH') return 'this is not its private key';
  if (/PASSPHRASE|PASSWORD|BAD_DECRYPT/.test(code)) {
    return passphrase
      ? 'the passphrase of its private key is wrong'
      : 'its private key is encrypted: the passphrase is missing';
  }
  if (code === 'ERR_OSSL_PEM_NO_START_LINE' || code === 'ERR_OSSL_UNSUPPORTED') {
    return 'PEM is wanted, a certificate (-----BEGIN CERTIFICATE-----) and a private key (-----BEGIN … PRIVATE KEY-----)';
  }
  return errorText(error);
}

function verify(socket: TLSSocket, where: string, { ca, pin, insecure }: TlsOptions): void {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    throw new ConnectionError('TLS_UNTRUSTED', `${where} showed no certificate`, { phase: 'connect' });
  }
  const got = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  // An Error by its type, the code of one in fact.
  const verdict: unknown = socket.authorizationError;
  if (pin !== undefined) {
    // Which server it is says the pin: whatever name it has.
    if (pin === got && (ca === undefined || insecure || socket.authorized || isForAnotherName(verdict))) return;
    if (pin === got) {
      throw new ConnectionError(
        'TLS_UNTRUSTED',
        `the certificate of ${where} is the pinned one, but not trusted (${untrustedBecause(verdict, certificate)}): give the CA that has signed it, or the pin alone`,
        { phase: 'connect', cause: verdict },
      );
    }
    throw new ConnectionError(
      'TLS_UNTRUSTED',
      `the certificate of ${where} is not the pinned one: got sha256:${got}, wanted sha256:${pin}; it was renewed, or someone sits in between`,
      { phase: 'connect' },
    );
  }
  if (insecure || socket.authorized) return;
  throw new ConnectionError(
    'TLS_UNTRUSTED',
    `the certificate of ${where} is not trusted (${untrustedBecause(verdict, certificate)}); its fingerprint is sha256:${got}: when it is the right one, pin it, or trust its signer with a CA file`,
    { phase: 'connect', cause: verdict },
  );
}

function codeOf(verdict: unknown): string {
  return verdict instanceof Error ? errorCode(verdict) || verdict.message : String(verdict);
}

function isForAnotherName(verdict: unknown): boolean {
  return codeOf(verdict) === 'ERR_TLS_CERT_ALTNAME_INVALID';
}

function untrustedBecause(verdict: unknown, certificate: X509Certificate): string {
  const code = codeOf(verdict);
  const names = certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ');
  if (isForAnotherName(verdict)) return `it is for ${names.slice(0, 200)}`;
  if (code === 'CERT_HAS_EXPIRED') return `it expired on ${certificate.validTo}`;
  if (code === 'CERT_NOT_YET_VALID') return `it is valid from ${certificate.validFrom}: check the clock`;
  if (code.includes('SELF_SIGNED')) return 'self-signed';
  if (code.startsWith('UNABLE_TO_')) return 'signed by an authority that is not known here';
  return code;
}

function handshakeFailed(where: string, error: unknown): Error {
  const code = errorCode(error);
  const alert = tlsAlert(where, error);
  if (alert !== undefined) return alert;
  const failed = (why: string) => new ConnectionError('CONNECT_FAILED', why, { cause: error, phase: 'connect' });
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return failed(
      `${where} does not speak TLS: what it sent is something else; plain VNC is vnc://, a plain websocket ws://`,
    );
  }
  if (code === 'ECONNRESET' || code === '') {
    return failed(
      `${where} closed the connection in the TLS handshake: does it speak TLS, or want a client certificate?`,
    );
  }
  if (!code.startsWith('ERR_SSL_')) return connectFailed(where, error);
  return failed(`TLS with ${where} failed: ${errorText(error)}`);
}
