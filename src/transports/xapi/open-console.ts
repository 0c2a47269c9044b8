import type { Duplex } from 'node:stream';
import { ConnectionError, RfbError } from '../../rfb/errors.ts';
import type { TlsOptions } from '../../rfb/protocol/security/tls/trust.ts';
import { urlHost } from '../address.ts';
import { connectionLost } from '../connect-error.ts';
import { dialTls } from '../dial-tls.ts';
import { openTunnel } from '../http-tunnel.ts';
import { openWebSocket } from '../open-websocket.ts';
import { StreamPipe, type StreamPipeOptions } from '../stream-pipe.ts';
import type { OpenOptions } from '../transport.ts';
import { type ConsolePlace, locateConsole } from './console-place.ts';
import { ConsoleRefused } from './console-refused.ts';
import type { ConsoleWay, XapiAddress } from './xapi-address.ts';
import type { XapiSession } from './xapi-session.ts';

/** Of a server or a proxy that does not know the way, or of a pool that allows no websockets (limit_console_sessions). */
const OTHER_WAY = [400, 405, 501, 503];

export interface OpenConsole {
  readonly session: XapiSession;
  readonly address: XapiAddress;
  /** For messages. */
  readonly name: string;
  readonly options: OpenOptions;
  /** Runs when the pipe is closed. */
  readonly release: () => Promise<void>;
}

/**
 * The console of an address, as a pipe.
 * @throws ConnectionError · UsageError · XapiFailure · the reason of an aborted `signal`
 */
export async function openConsole(task: OpenConsole): Promise<StreamPipe> {
  const { session, address, options } = task;
  options.onProgress?.(`asking ${session.name} for the console`);
  const place = await locateConsole(session, address);
  try {
    return await openByEitherWay(task, place);
  } catch (error) {
    if (!(error instanceof ConsoleRefused)) throw error;
    const next = await secondPlace(task, place, error);
    if (next === undefined) throw error.told;
    return await openByEitherWay(task, next).catch((second) => {
      throw second instanceof ConsoleRefused ? second.told : second;
    });
  }
}

/** Where to try once more, if that makes sense. */
async function secondPlace(
  { session, address }: OpenConsole,
  first: ConsolePlace,
  { status }: ConsoleRefused,
): Promise<ConsolePlace | undefined> {
  if (status === 401) {
    await session.renew();
    return first;
  }
  if (status !== 500 && status !== 404) return undefined;
  // What was read may be older than a migration.
  const now = await locateConsole(session, address);
  return now.path === first.path && urlHost(now.server) === urlHost(first.server) ? undefined : now;
}

async function openByEitherWay(task: OpenConsole, place: ConsolePlace): Promise<StreamPipe> {
  const { address, options } = task;
  const other = address.via === 'connect' ? 'websocket' : 'connect';
  try {
    return await openTrusted(task, place, address.via);
  } catch (error) {
    if (!(error instanceof ConsoleRefused) || !OTHER_WAY.includes(error.status)) throw error;
    options.onWarning?.(
      `${urlHost(place.server)} opens no console by ${address.via} (${error.status}): trying ${other}`,
    );
    // What the first way was told is the reason, when the second is none.
    return await openTrusted(task, place, other).catch((second) => {
      throw second instanceof ConsoleRefused ? error : second;
    });
  }
}

type Dial = () => Promise<Duplex>;

/** A host that is another than the API's has a certificate of its own, which the API knows. */
async function openTrusted(task: OpenConsole, place: ConsolePlace, way: ConsoleWay): Promise<StreamPipe> {
  const { session, options, address } = task;
  const { server } = place;
  const open = (dial: Dial) => (way === 'connect' ? byConnect : byWebSocket)(task, place, dial);
  if (urlHost(server) === urlHost(session.address)) return await open(() => session.dial());
  options.onProgress?.(`connecting to the console at ${urlHost(server)}`);
  const dial = (tls: TlsOptions | undefined) => dialTls(server, { ...options, tls }, ['http/1.1']);
  try {
    return await open(() => dial(options.tls));
  } catch (error) {
    if (!(error instanceof RfbError) || error instanceof ConsoleRefused) throw error;
    if (error.code === 'TLS_UNTRUSTED') {
      const pin = await session.certificatePin(place.host);
      if (pin !== undefined) return await open(() => dial({ ...options.tls, ca: undefined, pin }));
    }
    if (error.code !== 'CONNECT_FAILED' || address.console !== undefined) throw error;
    const message = `${error.message}; the API names this host: if it is reached in another way from here, add ?console=HOST:PORT to the address`;
    throw new ConnectionError('CONNECT_FAILED', message, { cause: error, phase: 'connect' });
  }
}

async function byConnect(
  { session, name, options: { signal }, release }: OpenConsole,
  { server, path }: ConsolePlace,
  dial: Dial,
): Promise<StreamPipe> {
  const where = urlHost(server);
  const connection = await dial();
  const request = { target: path, host: where, headers: cookie(session), name: where, signal };
  const refusal = await openTunnel(connection, request);
  if (refusal !== undefined) throw new ConsoleRefused(where, refusal);
  return new StreamPipe({
    ...{ name, confidential: true, certified: true },
    ...{ readable: connection, writable: connection, explain: explain(name), release },
  });
}

async function byWebSocket(
  { session, name, options: { signal }, release }: OpenConsole,
  { server, path }: ConsolePlace,
  dial: Dial,
): Promise<StreamPipe> {
  const where = urlHost(server);
  return await openWebSocket(new URL(`wss://${where}${path}`), {
    name,
    headers: cookie(session),
    dial,
    signal,
    explain: explain(name),
    release,
    refused: (answer) => new ConsoleRefused(where, answer),
  });
}

/** Not in the query: those are written into logs. */
function cookie({ id }: XapiSession): Readonly<Record<string, string>> {
  return { Cookie: `session_id=${id}` };
}

/** The host says yes before it has connected to the VM's VNC server itself. */
function explain(name: string): NonNullable<StreamPipeOptions['explain']> {
  return async (cause, received) => {
    if (received) return cause && connectionLost(name, cause);
    const message = `${name}: the host opened the console and closed it without a byte: the VM has just stopped, moved or not yet started`;
    return new ConnectionError('CONNECT_FAILED', message, { ...(cause && { cause }), phase: 'connect' });
  };
}
