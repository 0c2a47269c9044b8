import type { Connection } from '../rfb/protocol/connection.ts';
import { securityTypeName } from '../rfb/protocol/security/index.ts';
import { type Established, handshake } from '../rfb/session/handshake.ts';

/** The handshake with a server that was somebody else's: what is answered reaches nobody, so any password does. */
export async function cannedHandshake(connection: Connection, security: number | undefined): Promise<Established> {
  return await handshake(connection, {
    shared: true,
    credentials: () => ({ username: '-', password: '-' }),
    warn: () => {},
    // Where nothing is said it was None, or with 3.3 what the server wanted.
    security: security === undefined ? ['none', 'vncauth'] : [securityTypeName(security)],
    allowPlaintextPassword: true,
  });
}
