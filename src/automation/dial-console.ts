import type { Credentials, CredentialsProvider } from '../rfb/protocol/security/security-type.ts';
import type { SessionOptions } from '../rfb/session/session.ts';
import { openAddress } from '../transports/index.ts';
import type { Opened, OpenOptions } from '../transports/transport.ts';
import { providerOf, withinConnectTime } from './connect-time.ts';

export interface DialOptions
  extends Pick<OpenOptions, 'tls' | 'token' | 'via' | 'headers' | 'subprotocol' | 'variables'>,
    Pick<SessionOptions, 'credentials' | 'signal' | 'onWarning' | 'onLog'> {
  /** For dialling, in milliseconds; default 10 000, more where an API has to be asked first. The handshake has its own, `handshakeTimeoutMs`. */
  readonly connectTimeoutMs?: number | undefined;
}

/** The way to a console: the pipe, before a byte of RFB, and who to be there. */
export interface Dialled extends Omit<Opened, 'credentials'> {
  readonly credentials: CredentialsProvider;
}

/**
 * Opens the way to the console at `address`.
 * @throws UsageError · ConnectionError · AuthenticationError · TimeoutError · the reason of an aborted `signal`
 */
export async function dialConsole(address: string, options: DialOptions): Promise<Dialled> {
  const started = performance.now();
  const { credentials: learnt, ...opened } = await withinConnectTime(address, options, {
    open: (openOptions) => openAddress(address, openOptions),
    close: ({ pipe }) => pipe.close(),
  });
  options.onLog?.({ type: 'connected', to: opened.pipe.name, milliseconds: Math.round(performance.now() - started) });
  return { ...opened, credentials: learntFirst(learnt, providerOf(options)) };
}

/** The caller is asked only for what the way to the console did not tell. */
function learntFirst(learnt: Credentials = {}, own: CredentialsProvider): CredentialsProvider {
  return async (wanted) => {
    const missing = wanted.filter((field) => learnt[field] === undefined);
    if (missing.length === 0) return learnt;
    const asked = await own(missing);
    return { ...learnt, ...Object.fromEntries(missing.map((field) => [field, asked[field]])) };
  };
}
