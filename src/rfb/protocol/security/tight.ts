import { ByteWriter } from '../../bytes/byte-writer.ts';
import { ProtocolError, UnsupportedError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { MAX_TIGHT_CAPABILITIES } from '../limits.ts';
import { choose } from './choose.ts';
import { sendPlain } from './plain.ts';
import type { Authenticated, SecurityContext, SecurityMethod, SecurityType } from './security-type.ts';
import { type TightMethod, type TightName, tightMethods, tightName } from './tight-methods.ts';
import { answerChallenge } from './vnc-authentication.ts';

/** Tight, rfbproto: without a tunnel, and with an authentication of its own list. */
export const tight: SecurityType<TightName> = {
  type: 16,
  name: 'tight',
  methods: tightMethods.flatMap(({ methods }): readonly SecurityMethod<TightName>[] => methods),
  authenticate,
};

const NO_TUNNEL = 0;
const CAPABILITY_LENGTH = 16;

async function authenticate(connection: Connection, context: SecurityContext): Promise<Authenticated> {
  await refuseTunnels(connection);
  const offered = await readCapabilities(connection, 'authentications');
  context.tell({ type: 'subtypesOffered', of: 'tight', offered: offered.map(tightName) });
  // Without a list there is nothing to choose, and nothing is asked.
  const { chosen } = await choose<TightMethod>(
    tightMethods,
    offered.length === 0 ? [1] : offered,
    connection,
    context,
    tightName,
  );
  if (offered.length > 0) await connection.send(new ByteWriter().s32(chosen.type));
  if (chosen.inside === 'vnc') await answerChallenge(connection, context);
  if (chosen.inside === 'plain') await sendPlain(connection, context, 'Unix login of Tight');
  const { methods, inside, type: subtype } = chosen;
  return { connection, method: methods[0], subtype, unasked: inside === 'none', capabilities: true };
}

async function refuseTunnels(connection: Connection): Promise<void> {
  const tunnels = await readCapabilities(connection, 'tunnels');
  if (tunnels.length === 0) return;
  if (!tunnels.includes(NO_TUNNEL)) {
    const list = tunnels.join(', ');
    throw new UnsupportedError(
      'NO_COMMON_SECURITY_TYPE',
      `Tight: the server wants a tunnel (${list}), wanted is none (0)`,
    );
  }
  await connection.send(new ByteWriter().s32(NO_TUNNEL));
}

/** The codes of a list; vendors and signatures say the same in other words. */
async function readCapabilities({ reader }: Connection, what: string): Promise<number[]> {
  await reader.need(4);
  const count = reader.u32();
  if (count > MAX_TIGHT_CAPABILITIES) {
    throw new ProtocolError('BAD_LENGTH', `Tight: ${count} ${what}, the limit is ${MAX_TIGHT_CAPABILITIES}`);
  }
  const codes: number[] = [];
  for (let i = 0; i < count; i++) {
    await reader.need(CAPABILITY_LENGTH);
    codes.push(reader.s32());
    reader.skip(CAPABILITY_LENGTH - 4);
  }
  return codes;
}

/** What Tight puts behind ServerInit: messages and encodings that the server knows. None of them is used. */
export async function skipTightCapabilities({ reader }: Connection): Promise<void> {
  await reader.need(8);
  const count = reader.u16() + reader.u16() + reader.u16();
  reader.skip(2);
  if (count > MAX_TIGHT_CAPABILITIES) {
    throw new ProtocolError('BAD_LENGTH', `Tight: ${count} capabilities, the limit is ${MAX_TIGHT_CAPABILITIES}`);
  }
  await reader.discard(count * CAPABILITY_LENGTH);
}
