import type { SessionOptions } from '../rfb/session/session.ts';
import type { DialOptions } from './dial-console.ts';
import { Line } from './line.ts';
import { openSession } from './open-session.ts';

export interface LineToOptions extends SessionOptions, DialOptions {
  /**
   * Whether a wait has a connection restored that is lost, within its own deadline. Default true. Nothing else does: what acts
   * fails, and no key is sent twice.
   */
  readonly reconnect?: boolean | undefined;
}

/** Opens a session with the console at `address`, and another like it when it is lost. @throws as `connect` does */
export async function openLine(address: string, options: LineToOptions): Promise<Line> {
  const { reconnect = true, onLog, onWarning } = options;
  const reopen = (signal: AbortSignal) => openSession(address, { ...options, signal });
  return new Line(await openSession(address, options), { ...(reconnect && { reopen }), onLog, onWarning });
}
