import { UnsupportedError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { none } from './none.ts';
import { sasl } from './sasl.ts';
import { type Authenticated, defineSecurityType, type SecurityContext } from './security-type.ts';
import { vncAuthentication } from './vnc-authentication.ts';

/** What may stand inside, most preferred first. */
const INSIDE = [sasl, vncAuthentication, none];

/** TLS, rfbproto: anonymous, as Vino, libvncserver and gtk-vnc have it. The security types of what is inside follow in it. */
export const anonymousTls = defineSecurityType({
  type: 18,
  name: 'tls',
  encrypts: true,
  identity: 'none',
  asks: [],
  async authenticate(raw, context) {
    const { secure } = await import('./tls/secure.ts');
    const { connection } = await secure(raw, 'anonymous', context);
    return await authenticateInside(connection, context);
  },
});

async function authenticateInside(connection: Connection, context: SecurityContext): Promise<Authenticated> {
  const { reader, pipe } = connection;
  await reader.need(1);
  const count = reader.u8();
  await reader.need(count);
  const offered = [...reader.view(count)];
  const chosen = INSIDE.find(({ type }) => offered.includes(type));
  if (!chosen) {
    const list = offered.map(String).join(', ') || 'nothing';
    throw new UnsupportedError(
      'NO_COMMON_SECURITY_TYPE',
      `inside TLS (18) the server offers ${list}; wanted ${INSIDE.map(({ type, name }) => `${name} (${type})`).join(', ')}`,
    );
  }
  context.tell({ type: 'subtypesOffered', of: 'tls', offered: offered.map(String) });
  await pipe.write(Uint8Array.of(chosen.type));
  const { unasked = false } = await chosen.authenticate(connection, context);
  return { connection, unasked };
}
