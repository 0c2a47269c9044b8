import type { Connection } from '../rfb/protocol/connection.ts';
import { securityTypeName } from '../rfb/protocol/security/index.ts';
import { type Established, handshake } from '../rfb/session/handshake.ts';

/** The handshake with a server that was somebody else's: what is answered reaches nobody, so any password does. */
export async function cannedHandshake(connection: Connection, security: number | undefined): Promise<Established> {
  return await handshake(connection, {
    shared: true,
    credentials: () => ({ username: '-', password: '-' }),
    warn: () => {},
    ...(security !== undefined && { security: [securityTypeName(security)] }),
  });
}
