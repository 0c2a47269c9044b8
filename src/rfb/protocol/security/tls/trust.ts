import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { ConnectionError, UsageError } from '../../../errors.ts';
import { errorCode, errorText } from '../../../node-error.ts';

export interface TlsOptions {
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | undefined;
  /**
   * SHA-256 of the server's certificate (DER), 64 hex digits: it and no other is accepted, whoever signed it; with a `ca`,
   * only when that has signed it.
   */
  readonly pin?: string | undefined;
  /** What the certificate has to be for, and is asked for, where that is another name than the host's. */
  readonly serverName?: string | undefined;
  /** PEM certificate, and its chain, to show to a server that asks for one. */
  readonly cert?: string | undefined;
  /** Its private key, PEM; default: it stands beside the certificate. */
  readonly key?: string | undefined;
  /** Of an encrypted private key. */
  readonly passphrase?: string | undefined;
  /** Accepts any certificate: encryption without knowing with whom. */
  readonly insecure?: boolean | undefined;
}

/** Which certificates are believed: for TLS around RFB and inside it. */
export class Trust {
  readonly ca: string | undefined;
  /** 64 lower-case digits. */
  readonly pin: string | undefined;
  readonly serverName: string | undefined;
  readonly insecure: boolean;
  readonly #own: Pick<TlsOptions, 'cert' | 'key' | 'passphrase'>;

  /** @throws UsageError `BAD_OPTION` */
  constructor({ ca, pin, serverName, insecure = false, ...own }: TlsOptions) {
    this.ca = ca === undefined ? undefined : checkCa(ca);
    this.pin = pin === undefined ? undefined : checkPin(pin);
    this.serverName = serverName;
    this.insecure = insecure;
    this.#own = own;
  }

  /** With the certificates that are believed, and the one to show. @throws UsageError `BAD_OPTION` */
  secureContext(options: SecureContextOptions = {}): SecureContext {
    const { cert, key = cert, passphrase } = this.#own;
    if (cert === undefined && key !== undefined) {
      throw new UsageError('BAD_OPTION', 'a private key is of no use without its client certificate');
    }
    try {
      return createSecureContext({
        ...options,
        ...(this.ca !== undefined && { ca: this.ca }),
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

  /**
   * Whether the peer has shown who it is, after a handshake that verified nothing (`rejectUnauthorized: false`). False when
   * that was not to be checked.
   * @throws ConnectionError `TLS_UNTRUSTED`
   */
  verify(socket: TLSSocket, certificate: X509Certificate | undefined, where: string): boolean {
    if (certificate === undefined) throw untrusted(`${where} showed no certificate`);
    const got = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    // An Error by its type, the code of one in fact.
    const verdict: unknown = socket.authorizationError;
    if (this.pin !== undefined) {
      if (this.pin !== got) {
        throw untrusted(
          `the certificate of ${where} is not the pinned one: got sha256:${got}, wanted sha256:${this.pin}; it was renewed, or someone sits in between`,
        );
      }
      // Which server it is says the pin: whatever name it has.
      if (this.ca === undefined || this.insecure || socket.authorized || isForAnotherName(verdict)) return true;
      throw untrusted(
        `the certificate of ${where} is the pinned one, but not trusted (${untrustedBecause(verdict, certificate)}): give the CA that has signed it, or the pin alone`,
        verdict,
      );
    }
    if (this.insecure) return false;
    if (socket.authorized) return true;
    throw untrusted(
      `the certificate of ${where} is not trusted (${untrustedBecause(verdict, certificate)}); its fingerprint is sha256:${got}: when it is the right one, pin it, or trust its signer with a CA file`,
      verdict,
    );
  }
}

/** What to tell somebody who asked for no check. */
export function uncheckedCertificate(where: string): string {
  return `the certificate of ${where} is not checked: whoever sits in between can read and change all`;
}

function untrusted(message: string, cause?: unknown): ConnectionError {
  return new ConnectionError('TLS_UNTRUSTED', message, { cause });
}

function checkCa(ca: string): string {
  try {
    new X509Certificate(ca);
    return ca;
  } catch (cause) {
    const wanted = 'the CA file holds no certificate: PEM is wanted (-----BEGIN CERTIFICATE-----)';
    throw new UsageError('BAD_OPTION', wanted, { cause });
  }
}

function checkPin(pin: string): string {
  const digits = pin
    .replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  if (/^[\da-f]{64}$/.test(digits)) return digits;
  throw new UsageError('BAD_OPTION', 'a TLS pin is sha256: and 64 hexadecimal digits');
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
