import type { ByteReader } from '../bytes/byte-reader.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { AuthenticationError, ConnectionError, type Phase, ProtocolError, RfbError } from '../errors.ts';
import type { Connection } from '../protocol/connection.ts';
import { MAX_DESKTOP_NAME, MAX_REASON } from '../protocol/limits.ts';
import { PIXEL_FORMAT_LENGTH, readPixelFormat } from '../protocol/pixel-format.ts';
import { exchangeProtocolVersion, type ProtocolVersion } from '../protocol/protocol-version.ts';
import { choose } from '../protocol/security/choose.ts';
import { methodNames, securityTypeName, securityTypes } from '../protocol/security/index.ts';
import type {
  Authenticated,
  SecurityContext,
  SecurityType,
  SecurityTypeInfo,
} from '../protocol/security/security-type.ts';
import { skipTightCapabilities } from '../protocol/security/tight.ts';
import { decodeText, printable } from '../protocol/text.ts';
import type { Log } from './log-event.ts';
import type { Negotiated, ServerInit } from './session-state.ts';

export interface HandshakeOptions extends Omit<SecurityContext, 'instead' | 'tell'> {
  /** Whether others may stay connected. */
  readonly shared: boolean;
  /** Called as the handshake enters each phase. */
  onPhase?(phase: Phase): void;
  readonly log?: Log | undefined;
}

export interface Established {
  readonly connection: Connection;
  readonly negotiated: Negotiated;
}

/** RFC 6143 §7.1 to §7.3, a line a message. Errors carry the phase that they arose in. */
export async function handshake(raw: Connection, options: HandshakeOptions): Promise<Established> {
  let phase: Phase = 'greeting';
  const enter = (next: Phase) => {
    phase = next;
    options.onPhase?.(next);
  };
  try {
    enter('greeting');
    const { version, announced } = await exchangeProtocolVersion(raw);
    options.log?.({ type: 'version', announced, used: version });
    enter('security');
    const { connection, used, offered, unasked, capabilities } = await authenticate(raw, version, options);
    if (version === '3.8' || !unasked) await readSecurityResult(connection.reader, version, used);
    options.log?.({ type: 'authenticated' });
    enter('init');
    await connection.send(new ByteWriter().bool(options.shared));
    const server = await readServerInit(connection.reader);
    if (capabilities) await skipTightCapabilities(connection);
    const { name, ...screen } = server;
    options.log?.({ type: 'serverInit', ...screen, desktopName: name });
    const negotiated = {
      version,
      announcedVersion: announced,
      securityType: used,
      offeredSecurityTypes: offered,
      server,
    };
    return { connection, negotiated };
  } catch (error) {
    if (error instanceof RfbError) error.phase ??= phase;
    throw error;
  }
}

/** RFC 6143 §7.1.2; in 3.3 the server decides alone (appendix A). */
async function authenticate(
  raw: Connection,
  version: ProtocolVersion,
  options: HandshakeOptions,
): Promise<Authenticated & { readonly used: SecurityTypeInfo; readonly offered: readonly number[] }> {
  const { reader, pipe } = raw;
  const { log, security } = options;
  const offered = version === '3.3' ? await readSecurityType(reader) : await readSecurityTypes(reader);
  log?.({ type: 'securityOffered', offered });
  const context: SecurityContext = {
    ...options,
    ...(security && { security: methodNames(security) }),
    tell: log ?? (() => {}),
  };
  const { chosen, others } = await choose<SecurityType>(securityTypes, offered, raw, context, securityTypeName);
  if (version !== '3.3') await pipe.write(Uint8Array.of(chosen.type));
  const instead = others.map(({ name }) => name);
  const authenticated = await chosen.authenticate(raw, { ...context, instead });
  const [method = authenticated.method] = chosen.methods.length === 1 ? chosen.methods : [];
  const { subtype, verified = false } = authenticated;
  const used = {
    ...{ type: chosen.type, ...(subtype !== undefined && { subtype }) },
    ...{ name: method?.name ?? chosen.name, encrypts: method?.encrypts ?? false, verified },
  };
  return { ...authenticated, used, offered };
}

async function readSecurityTypes(reader: ByteReader): Promise<readonly number[]> {
  await reader.need(1);
  const count = reader.u8();
  if (count === 0) throw await refused(reader);
  await reader.need(count);
  return [...reader.view(count)];
}

async function readSecurityType(reader: ByteReader): Promise<readonly number[]> {
  await reader.need(4);
  const type = reader.u32();
  if (type === 0) throw await refused(reader);
  return [type];
}

/** The server closes instead of offering security types, and says why: lock-outs arrive like this. */
async function refused(reader: ByteReader): Promise<RfbError> {
  const reason = await readReason(reader);
  const locked = /too many|lock|blacklist/i.test(reason);
  return locked
    ? new AuthenticationError(
        'TOO_MANY_ATTEMPTS',
        `the server locked this client out: ${reason}; wait, then try again`,
        { reason },
      )
    : new ConnectionError('CONNECTION_REFUSED_BY_SERVER', `the server refused the connection: ${reason}`);
}

/** SecurityResult, RFC 6143 §7.1.3. A reason follows a failure since 3.8. */
async function readSecurityResult(
  reader: ByteReader,
  version: ProtocolVersion,
  { name }: SecurityTypeInfo,
): Promise<void> {
  await reader.need(4);
  const result = reader.u32();
  if (result === 0) return;
  if (result > 2)
    throw new ProtocolError('BAD_VALUE', `SecurityResult ${result}, allowed are 0 (OK), 1 and 2 (failed)`);
  const reason = version === '3.8' ? await readReason(reader) : 'RFB before 3.8 gives no reason';
  const code = result === 2 || /too many/i.test(reason) ? 'TOO_MANY_ATTEMPTS' : 'AUTHENTICATION_FAILED';
  throw new AuthenticationError(code, `authentication (${name}) failed: ${reason}; check the password`, { reason });
}

async function readReason(reader: ByteReader): Promise<string> {
  await reader.need(4);
  const length = reader.u32();
  if (length > MAX_REASON) {
    throw new ProtocolError('BAD_LENGTH', `failure reason of ${length} bytes, the limit is ${MAX_REASON}`);
  }
  await reader.need(length);
  return printable(decodeText(reader.view(length))) || 'no reason given';
}

async function readServerInit(reader: ByteReader): Promise<ServerInit> {
  await reader.need(4 + PIXEL_FORMAT_LENGTH + 4);
  const width = reader.u16();
  const height = reader.u16();
  const pixelFormat = readPixelFormat(reader);
  const length = reader.u32();
  if (length > MAX_DESKTOP_NAME) {
    throw new ProtocolError('BAD_LENGTH', `desktop name of ${length} bytes, the limit is ${MAX_DESKTOP_NAME}`);
  }
  await reader.need(length);
  return { width, height, pixelFormat, name: decodeText(reader.view(length)) };
}
