import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { ConnectionError, UsageError } from '../rfb/errors.ts';
import { type HostPort, showHostPort } from './address.ts';
import { connectFailed, errorCode, errorText } from './connect-error.ts';
import { dialTcp, established } from './dial.ts';
import type { OpenOptions, TlsOptions } from './transport.ts';

/** A TLS connection to a server that has shown who it is: nothing has been sent over it before. */
export async function dialTls(
  target: HostPort,
  { tls = {}, signal, onWarning }: OpenOptions,
  protocols?: string[],
): Promise<TLSSocket> {
  const trust = checkTlsOptions(tls);
  const where = showHostPort(target);
  const tcp = await dialTcp(target, signal);
  const options: ConnectionOptions = {
    socket: tcp,
    host: target.host,
    servername: isIP(target.host) === 0 ? target.host : '',
    // Verified below, where pins and remedies are known; Node's own verdict is in `authorizationError`.
    rejectUnauthorized: false,
  };
  if (trust.ca !== undefined) options.ca = trust.ca;
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
function checkTlsOptions({ ca, pin, insecure = false }: TlsOptions): TlsOptions {
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
  return { ...(ca === undefined ? {} : { ca }), ...(digits === undefined ? {} : { pin: digits }), insecure };
}

function verify(socket: TLSSocket, where: string, { pin, insecure }: TlsOptions): void {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    throw new ConnectionError('TLS_UNTRUSTED', `${where} showed no certificate`, { phase: 'connect' });
  }
  const got = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  if (pin !== undefined) {
    if (pin === got) return;
    throw new ConnectionError(
      'TLS_UNTRUSTED',
      `the certificate of ${where} is not the pinned one: got sha256:${got}, wanted sha256:${pin}; it was renewed, or someone sits in between`,
      { phase: 'connect' },
    );
  }
  if (insecure || socket.authorized) return;
  // An Error by its type, the code of one in fact.
  const verdict: unknown = socket.authorizationError;
  throw new ConnectionError(
    'TLS_UNTRUSTED',
    `the certificate of ${where} is not trusted (${untrustedBecause(verdict, certificate)}); its fingerprint is sha256:${got}: when it is the right one, pin it, or trust its signer with a CA file`,
    { phase: 'connect', cause: verdict },
  );
}

function untrustedBecause(verdict: unknown, certificate: X509Certificate): string {
  const code = verdict instanceof Error ? errorCode(verdict) || verdict.message : String(verdict);
  const names = certificate.subjectAltName ?? certificate.subject.replaceAll('\n', ', ');
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return `it is for ${names.slice(0, 200)}`;
  if (code === 'CERT_HAS_EXPIRED') return `it expired on ${certificate.validTo}`;
  if (code === 'CERT_NOT_YET_VALID') return `it is valid from ${certificate.validFrom}: check the clock`;
  if (code.includes('SELF_SIGNED')) return 'self-signed';
  if (code.startsWith('UNABLE_TO_')) return 'signed by an authority that is not known here';
  return code;
}

function handshakeFailed(where: string, error: unknown): Error {
  const code = errorCode(error);
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
