import type { Dialled, DialOptions } from '../automation/dial-console.ts';
import { withHandshake } from '../automation/open-session.ts';
import { ByteWriter } from '../rfb/bytes/byte-writer.ts';
import { ConnectionError, RfbError } from '../rfb/errors.ts';
import { type BytePipe, Connection } from '../rfb/protocol/connection.ts';
import type { SecurityOptions } from '../rfb/protocol/security/security-type.ts';
import { describeDuration, within } from '../rfb/session/deadline.ts';
import { handshake } from '../rfb/session/handshake.ts';
import type { SessionOptions } from '../rfb/session/session.ts';
import type { Negotiated } from '../rfb/session/session-state.ts';
import { writeServerInit } from '../server/server-handshake.ts';

export interface UpstreamOptions
  extends DialOptions,
    SecurityOptions,
    Pick<SessionOptions, 'shared' | 'handshakeTimeoutMs'> {}

/** A server that has let us in, and been sent nothing but ClientInit. */
export interface Upstream {
  readonly connection: Connection;
  readonly negotiated: Negotiated;
}

const DEFAULT_HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * Connects to the console at `address` up to ServerInit.
 * @throws as `connect`
 */
export async function openUpstream(address: string, options: UpstreamOptions = {}): Promise<Upstream> {
  return await withHandshake(address, options, (dialled) => shakeHands(dialled, options));
}

async function shakeHands({ pipe, credentials }: Dialled, options: UpstreamOptions): Promise<Upstream> {
  const { handshakeTimeoutMs: timeoutMs = DEFAULT_HANDSHAKE_TIMEOUT_MS, signal, shared = true } = options;
  try {
    const established = handshake(new Connection(pipe), {
      credentials,
      shared,
      ...{ security: options.security, tls: options.tls, checkServerKey: options.checkServerKey },
      allowPlaintextPassword: options.allowPlaintextPassword,
      warn: options.onWarning ?? (() => {}),
      log: options.onLog,
    });
    const describe = (waitedMs: number) => `${pipe.name}: no handshake within ${describeDuration(waitedMs)}`;
    return await within(established, { timeoutMs, signal, describe });
  } catch (error) {
    await pipe.close();
    if (error instanceof RfbError && !error.message.startsWith(pipe.name))
      error.message = `${pipe.name}: ${error.message}`;
    throw error;
  }
}

/** What passes between the two, after each side's own handshake, as if the server wanted no password. */
export interface RelayTap {
  /** Awaited before the bytes are passed on. They are lent only until it resolves. */
  server?(bytes: Uint8Array): void | Promise<void>;
  client?(bytes: Uint8Array): void | Promise<void>;
}

/**
 * Sits between a viewer, which has sent ClientInit, and a server until one of them leaves; both pipes are closed then. Each side has had
 * a handshake of its own, so neither sees the other's credentials.
 * @throws what a side did wrong, or the tap
 */
export async function relay(client: Connection, upstream: Upstream, tap: RelayTap = {}): Promise<void> {
  const server = upstream.connection;
  const hangUp = () => Promise.all([client.pipe.close(), server.pipe.close()]);
  try {
    const init = new ByteWriter();
    writeServerInit(init, upstream.negotiated.server);
    const serverInit = init.take();
    await tap.server?.(Buffer.concat([HANDSHAKE_OF_NONE, serverInit]));
    await tap.client?.(ANSWER_TO_NONE);
    await client.pipe.write(serverInit);
    const directions = [pump(server, client.pipe, tap.server), pump(client, server.pipe, tap.client)];
    const results = await Promise.allSettled(directions.map((pumping) => pumping.finally(hangUp)));
    const failed = results.find((result) => result.status === 'rejected' && !isGoodbye(result.reason));
    if (failed?.status === 'rejected') throw failed.reason;
  } finally {
    await hangUp();
  }
}

/** RFC 6143 §7.1 with security type None: what the server's side of a recording begins with, and the client's. */
const HANDSHAKE_OF_NONE = Buffer.from('RFB 003.008\n\x01\x01\0\0\0\0', 'latin1');
const ANSWER_TO_NONE = Buffer.from('RFB 003.008\n\x01\x01', 'latin1');

/** One direction, until its sender leaves. */
async function pump(
  from: Connection,
  to: BytePipe,
  tap: ((bytes: Uint8Array) => void | Promise<void>) | undefined,
): Promise<void> {
  for await (const bytes of from.reader.rest()) {
    await tap?.(bytes);
    await to.write(bytes);
  }
}

function isGoodbye(error: unknown): boolean {
  return error instanceof ConnectionError;
}
