import { ByteWriter } from '../../bytes/byte-writer.ts';
import { AuthenticationError, ConnectionError, ProtocolError, UnsupportedError } from '../../errors.ts';
import type { Connection } from '../connection.ts';
import { MAX_SASL_DATA, MAX_SASL_MECHANISM_LIST, MAX_SASL_STEPS } from '../limits.ts';
import { decodeLatin1, encodeText, printable } from '../text.ts';
import { ask } from './ask.ts';
import { type SaslExchange, type SaslMechanism, saslMechanisms } from './sasl-mechanisms.ts';
import { defineSecurityType, type SecurityContext } from './security-type.ts';

/** SASL, rfbproto. Without a security layer of its own: what is to be secret goes through TLS. */
export const sasl = defineSecurityType({
  type: 20,
  name: 'sasl',
  encrypts: false,
  identity: 'none',
  asks: ['username', 'password'],
  async authenticate(connection, context) {
    await authenticateBySasl(connection, context, 'SASL');
    return { connection };
  },
});

/** The exchange, alone or inside TLS. */
export async function authenticateBySasl(
  connection: Connection,
  context: SecurityContext,
  what: string,
): Promise<void> {
  const offered = await readMechanismList(connection);
  context.tell({ type: 'subtypesOffered', of: 'sasl', offered });
  const mechanism = chooseMechanism(offered, connection, context);
  const { username, password } = await ask(context, ['username', 'password'], `${mechanism.name} of ${what}`);
  const exchange = mechanism.start(username, password);
  const name = encodeText(mechanism.name);
  const out = new ByteWriter().u32(name.length).bytes(name);
  writeData(out, await exchange.next(undefined));
  await connection.send(out);
  await takeSteps(connection, exchange, mechanism);
}

async function takeSteps(connection: Connection, exchange: SaslExchange, { name }: SaslMechanism): Promise<void> {
  for (let steps = 0; steps < MAX_SASL_STEPS; steps++) {
    const { data, complete } = await readStep(connection, name);
    const answer = await exchange.next(data);
    if (complete) {
      if (!exchange.proved) await assertFailed(connection, name);
      return;
    }
    await connection.send(writeData(new ByteWriter(), answer));
  }
  throw new ProtocolError('BAD_LENGTH', `SASL ${name} has not ended after ${MAX_SASL_STEPS} steps`);
}

/** A server that has not proved itself may only say that we have failed. SecurityResult is looked at, not read. */
async function assertFailed({ reader }: Connection, mechanism: string): Promise<void> {
  await reader.need(4);
  if (reader.peek(4).some((byte) => byte !== 0)) return;
  throw new ProtocolError(
    'BAD_VALUE',
    `SASL ${mechanism}: the server accepted without proving that it knows the password`,
  );
}

async function readMechanismList({ reader }: Connection): Promise<readonly string[]> {
  await reader.need(4);
  const length = reader.u32();
  if (length > MAX_SASL_MECHANISM_LIST) {
    throw new ProtocolError(
      'BAD_LENGTH',
      `SASL mechanism list of ${length} bytes, the limit is ${MAX_SASL_MECHANISM_LIST}`,
    );
  }
  await reader.need(length);
  return decodeLatin1(reader.view(length))
    .split(/[\s,]+/)
    .filter((name) => name !== '');
}

function chooseMechanism(
  offered: readonly string[],
  { pipe }: Connection,
  { allowPlaintextPassword, tell }: SecurityContext,
): SaslMechanism {
  const known = saslMechanisms.filter(({ name }) => offered.includes(name));
  const exposed = ({ exposesPassword }: SaslMechanism) =>
    exposesPassword && !pipe.confidential && !allowPlaintextPassword;
  const usable = known.find((mechanism) => !exposed(mechanism));
  if (usable) return usable;
  const list =
    offered
      .map((name) => printable(name, 40))
      .slice(0, 12)
      .join(', ') || 'nothing';
  const wanted = saslMechanisms.map(({ name }) => name).join(', ');
  const because = 'everybody on the way could read the password';
  for (const { name } of known) tell({ type: 'securityRefused', name: `SASL ${name}`, because });
  const remedy =
    known.length > 0 ? `; ${known[0]?.name} is refused: ${because}; --allow-plaintext-password would allow it` : '';
  throw new UnsupportedError(
    'NO_COMMON_SECURITY_TYPE',
    `no common SASL mechanism: the server offers ${list}; wanted ${wanted}${remedy}`,
  );
}

/** A server that fails somebody hangs up in the middle (QEMU): that is no broken connection. */
async function readStep(
  { reader }: Connection,
  mechanism: string,
): Promise<{ readonly data: Uint8Array | undefined; readonly complete: boolean }> {
  try {
    await reader.need(4);
  } catch (cause) {
    if (!(cause instanceof ConnectionError) || cause.code !== 'CONNECTION_LOST') throw cause;
    const message = `authentication (SASL ${mechanism}) failed: the server hung up on the credentials; check user name and password`;
    throw new AuthenticationError('AUTHENTICATION_FAILED', message, { cause });
  }
  const length = reader.u32();
  if (length > MAX_SASL_DATA) {
    throw new ProtocolError('BAD_LENGTH', `SASL data of ${length} bytes, the limit is ${MAX_SASL_DATA}`);
  }
  await reader.need(length + 1);
  // A NUL follows what there is, and makes it different from nothing.
  const data = length === 0 ? undefined : reader.view(length).slice(0, -1);
  return { data, complete: reader.u8() !== 0 };
}

function writeData(out: ByteWriter, data: Uint8Array | undefined): ByteWriter {
  return data === undefined
    ? out.u32(0)
    : out
        .u32(data.length + 1)
        .bytes(data)
        .u8(0);
}
