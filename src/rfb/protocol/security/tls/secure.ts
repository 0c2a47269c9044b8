import type { Connection } from '../../connection.ts';
import type { SecurityContext } from '../security-type.ts';
import { type CertificateUse, startTls, type TlsClient } from './tls-client.ts';
import { Trust } from './trust.ts';

/** TLS for a security type: by the user's rules, and told. */
export async function secure(raw: Connection, use: CertificateUse, context: SecurityContext): Promise<TlsClient> {
  const { warn, tell, tls = {} } = context;
  const client = await startTls(raw, { use, trust: new Trust(tls), warn });
  const { protocol, cipher, anonymous, verified } = client;
  const identity = anonymous ? 'anonymous' : verified ? 'certificate trusted' : 'certificate not checked';
  tell({ type: 'tls', protocol, cipher, identity });
  return client;
}
