import { createSecureContext, TLSSocket } from 'node:tls';
import type { Connection } from '../../rfb/protocol/connection.ts';
import { PipeStream } from '../../rfb/protocol/security/tls/pipe-stream.ts';
import { secured } from '../../rfb/protocol/security/tls/tls-pipe.ts';

/** With which a server shows who it is, PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface TlsServerOptions {
  /** Left out, the server is anonymous. */
  readonly certificate?: ServerCertificate | undefined;
  /** Takes viewers that want no certificate, too. */
  readonly anonymous: boolean;
}

const ANONYMOUS = 'aNULL:!eNULL:!3DES:!RC4:@SECLEVEL=0';

/** The server's side of TLS inside RFB. */
export async function acceptTls(raw: Connection, { certificate, anonymous }: TlsServerOptions): Promise<Connection> {
  const stream = new PipeStream(raw);
  const secureContext = createSecureContext({
    ...certificate,
    ...(anonymous && { ciphers: certificate ? `HIGH:${ANONYMOUS}` : ANONYMOUS, dhparam: 'auto' }),
    // Without certificates there is no other; with one, TigerVNC's viewer (1.12) waits for ever behind the session tickets of 1.3.
    maxVersion: 'TLSv1.2',
  });
  const socket = new TLSSocket(stream, { isServer: true, secureContext });
  return await secured(raw, stream, socket, 'secure');
}
