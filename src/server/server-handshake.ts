import { ByteWriter } from '../rfb/bytes/byte-writer.ts';
import { AuthenticationError, ProtocolError } from '../rfb/errors.ts';
import type { Connection } from '../rfb/protocol/connection.ts';
import { type PixelFormat, writePixelFormat } from '../rfb/protocol/pixel-format.ts';
import type { ProtocolVersion } from '../rfb/protocol/protocol-version.ts';
import { decodeLatin1, encodeText, printable } from '../rfb/protocol/text.ts';
import type { OfferedSecurity, ServerSecrets } from './security/server-security-type.ts';

export interface ServerHandshakeOptions {
  /** The highest version to speak. */
  readonly version: ProtocolVersion;
  /** What to offer, most preferred first; a 3.3 viewer gets the first. */
  readonly security: readonly OfferedSecurity[];
  readonly secrets: ServerSecrets;
}

export interface Welcomed {
  readonly connection: Connection;
  readonly version: ProtocolVersion;
  /** The security type, or the sub-type of one, by which it was let in. */
  readonly security: string;
  /** Whether Tight's capabilities follow ServerInit. */
  readonly capabilities: boolean;
  /** ClientInit: whether other viewers may stay. */
  readonly shared: boolean;
}

/**
 * The server's side of RFC 6143 §7.1 up to ClientInit.
 * @throws AuthenticationError `AUTHENTICATION_FAILED` after the viewer was told · ProtocolError when it makes no sense
 */
export async function serverHandshake(raw: Connection, options: ServerHandshakeOptions): Promise<Welcomed> {
  const version = await exchangeVersion(raw, options.version);
  const { securityType, methods } = await offerSecurity(raw, version, options.security);
  const {
    connection,
    method = securityType.name,
    refusal,
    unasked,
    capabilities = false,
  } = await securityType.authenticate(raw, options.secrets, methods);
  if (refusal !== undefined) {
    await refuse(connection, version, refusal);
    throw new AuthenticationError('AUTHENTICATION_FAILED', `${method}: ${refusal}`, { phase: 'security' });
  }
  if (version === '3.8' || !unasked) await connection.send(new ByteWriter().u32(0));
  await connection.reader.need(1);
  return { connection, version, security: method, capabilities, shared: connection.reader.u8() !== 0 };
}

/** Hangs up on a viewer, and says why: no security types, and a reason (RFC 6143 §7.1.2). */
export async function refuseViewer(raw: Connection, reason: string): Promise<void> {
  const version = await exchangeVersion(raw, '3.8');
  const out = version === '3.3' ? new ByteWriter().u32(0) : new ByteWriter().u8(0);
  const bytes = encodeText(reason);
  await raw.send(out.u32(bytes.length).bytes(bytes));
}

/** ServerInit, RFC 6143 §7.3.2. */
export function writeServerInit(
  out: ByteWriter,
  { width, height, pixelFormat, name }: { width: number; height: number; pixelFormat: PixelFormat; name: string },
): void {
  const nameBytes = encodeText(name);
  out.u16(width).u16(height);
  writePixelFormat(out, pixelFormat);
  out.u32(nameBytes.length).bytes(nameBytes);
}

/** ProtocolVersion, RFC 6143 §7.1.1; other numbers than the three are treated as 3.3, as its last paragraph says. */
async function exchangeVersion({ pipe, reader }: Connection, highest: ProtocolVersion): Promise<ProtocolVersion> {
  await pipe.write(encodeText(`RFB 003.00${highest.slice(2)}\n`));
  await reader.need(12);
  const answer = decodeLatin1(reader.view(12));
  const minor = /^RFB 003\.(\d{3})\n$/.exec(answer)?.[1];
  if (minor === undefined) {
    throw new ProtocolError('BAD_GREETING', `the viewer answered "${printable(answer)}", wanted "RFB 003.008"`);
  }
  const wanted = Math.min(Number(minor), Number(highest.slice(2)));
  return wanted === 8 ? '3.8' : wanted === 7 ? '3.7' : '3.3';
}

/** RFC 6143 §7.1.2; in 3.3 the server decides alone. */
async function offerSecurity(
  connection: Connection,
  version: ProtocolVersion,
  offered: readonly OfferedSecurity[],
): Promise<OfferedSecurity> {
  const [first] = offered;
  if (!first) throw new RangeError('a server needs at least one security type');
  if (version === '3.3') {
    await connection.send(new ByteWriter().u32(first.securityType.type));
    return first;
  }
  const types = Uint8Array.from(offered, ({ securityType }) => securityType.type);
  await connection.send(new ByteWriter().u8(types.length).bytes(types));
  await connection.reader.need(1);
  const answer = connection.reader.u8();
  const chosen = offered.find(({ securityType }) => securityType.type === answer);
  if (chosen) return chosen;
  await refuse(connection, version, `security type ${answer} was not offered`);
  throw new ProtocolError('BAD_VALUE', `the viewer chose security type ${answer}, which was not offered`);
}

/** SecurityResult "failed", RFC 6143 §7.1.3: since 3.8 with the reason. */
async function refuse(connection: Connection, version: ProtocolVersion, reason: string): Promise<void> {
  const out = new ByteWriter().u32(1);
  const bytes = encodeText(reason);
  if (version === '3.8') out.u32(bytes.length).bytes(bytes);
  await connection.send(out);
}
