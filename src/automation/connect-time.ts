import { RfbError } from '../rfb/errors.ts';
import type { CredentialsProvider } from '../rfb/protocol/security/security-type.ts';
import { describeDuration, within } from '../rfb/session/deadline.ts';
import { Stopwatch } from '../rfb/session/stopwatch.ts';
import { connectTimeoutOf, describeAddress } from '../transports/index.ts';
import type { OpenOptions } from '../transports/transport.ts';
import type { DialOptions } from './dial-console.ts';

export interface Opening<T> {
  open(options: OpenOptions): Promise<T>;
  /** Takes back what was opened too late. */
  close(opened: T): Promise<void>;
}

/** Opens within the time there is for it; what a person takes to answer a question does not count. */
export async function withinConnectTime<T>(
  address: string,
  options: DialOptions,
  { open, close }: Opening<T>,
): Promise<T> {
  const own = providerOf(options);
  const asking = new Stopwatch();
  let doing: string | undefined;
  const describe = (waitedMs: number) => {
    const missing = doing ? `still ${doing} after` : 'no connection within';
    return `${describeAddress(address)}: ${missing} ${describeDuration(waitedMs)}; is the host up and the port open?`;
  };
  const over = new AbortController();
  const opening = open({
    ...options,
    credentials: (wanted) => asking.time(() => own(wanted)),
    signal: options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal,
    onProgress(what) {
      doing = what;
    },
  });
  try {
    const timeoutMs = options.connectTimeoutMs ?? connectTimeoutOf(address);
    const { signal } = options;
    return await within(opening, { timeoutMs, signal, describe, pausedMs: () => asking.milliseconds });
  } catch (error) {
    over.abort(error);
    await opening.then(close, () => {});
    if (error instanceof RfbError) error.phase ??= 'connect';
    throw error;
  }
}

export function providerOf({ credentials = {} }: DialOptions): CredentialsProvider {
  return typeof credentials === 'function' ? credentials : () => credentials;
}
