import { isIP } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { ConnectionError } from '../../../errors.ts';
import type { Connection } from '../../connection.ts';
import { PipeStream } from './pipe-stream.ts';
import { secured } from './tls-pipe.ts';
import { type Trust, uncheckedCertificate } from './trust.ts';

/** Whether the server is to show who it is. */
export type CertificateUse = 'certificate' | 'anonymous' | 'either';

export interface TlsClientOptions {
  readonly use: CertificateUse;
  readonly trust: Trust;
  warn(message: string): void;
}

export interface TlsClient {
  readonly connection: Connection;
  /** What was agreed: `TLSv1.2`, `ADH-AES256-GCM-SHA384`. */
  readonly protocol: string;
  readonly cipher: string;
  readonly anonymous: boolean;
  /** Whether the server has shown who it is. */
  readonly verified: boolean;
}

/**
 * Without certificates there is nothing above TLS 1.2, and OpenSSL counts all of it to its security level 0. GnuTLS takes the first that
 * the client names, and fails when that wants a certificate that it lacks.
 */
const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.2' } as const;
const CIPHERS = {
  anonymous: 'aNULL:!eNULL:!3DES:!RC4:@SECLEVEL=0',
  either: 'aNULL:HIGH:!eNULL:!3DES:!RC4:@SECLEVEL=0',
} as const;

/**
 * The client's side of TLS over a connection of any kind, which is not to be used any more.
 * @throws ConnectionError `TLS_UNTRUSTED`, `CONNECTION_LOST`
 */
export async function startTls(raw: Connection, { use, trust, warn }: TlsClientOptions): Promise<TlsClient> {
  const { name, host } = raw.pipe;
  const stream = new PipeStream(raw);
  const options: ConnectionOptions = {
    socket: stream,
    // Verified by `Trust`, where pins and remedies are known; Node's own verdict is in `authorizationError`.
    rejectUnauthorized: false,
    secureContext: trust.secureContext(use === 'certificate' ? {} : { ...OLD, ciphers: CIPHERS[use] }),
  };
  if (host === undefined) options.checkServerIdentity = () => undefined;
  else Object.assign(options, { host, servername: trust.serverName ?? (isIP(host) === 0 ? host : '') });
  const socket = connect(options);
  const connection = await secured(raw, stream, socket, 'secureConnect');
  const agreed = { connection, protocol: socket.getProtocol() ?? '', cipher: socket.getCipher().name };
  // Asked for once: with TLS 1.2, Node 20 has none for who asks again.
  const certificate = socket.getPeerX509Certificate();
  if (use !== 'certificate' && certificate === undefined) {
    warn(`TLS with ${name} is anonymous: nobody can read along, but nothing proves that it is this server`);
    return { ...agreed, anonymous: true, verified: false };
  }
  try {
    const trusted = trust.verify(socket, certificate, name);
    if (!trusted) warn(uncheckedCertificate(name));
    else if (host === undefined && trust.pin === undefined) assertSigner(trust, name);
    return { ...agreed, anonymous: false, verified: trusted };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A socket or a command has no name that a certificate could be for. That any public authority has signed it then means nothing. */
function assertSigner({ ca }: Trust, where: string): void {
  if (ca !== undefined) return;
  throw new ConnectionError(
    'TLS_UNTRUSTED',
    `the certificate of ${where} cannot be checked: the address has no host that it could be for; pin it, or trust its signer with a CA file`,
  );
}
