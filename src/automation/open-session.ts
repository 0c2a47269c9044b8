import { setTimeout as sleep } from 'node:timers/promises';
import { AuthenticationError } from '../rfb/errors.ts';
import { keepAlive } from '../rfb/session/keep-alive.ts';
import { Session, type SessionOptions } from '../rfb/session/session.ts';
import { type Dialled, type DialOptions, dialConsole } from './dial-console.ts';

/** How often a console is opened anew whose password somebody has overtaken. */
const OVERTAKEN_ATTEMPTS = 5;

/** Each after its own pause of up to so long: two that overtake each other must not go on in step. */
const OVERTAKEN_PAUSE_MS = 1500;

/** Dials and shakes hands. */
export async function openSession(address: string, options: DialOptions & SessionOptions): Promise<Session> {
  return await withHandshake(address, options, async ({ pipe, credentials, keepAliveMs }) => {
    const session = await Session.open(pipe, { ...options, credentials });
    if (keepAliveMs !== undefined) keepAlive(session, keepAliveMs);
    return session;
  });
}

/** Dials, and has `shake` do the handshake. All of it again when somebody else has overtaken the password. */
export async function withHandshake<T>(
  address: string,
  options: DialOptions,
  shake: (dialled: Dialled) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const dialled = await dialConsole(address, options);
    try {
      return await shake(dialled);
    } catch (error) {
      const refused = error instanceof AuthenticationError && error.code === 'AUTHENTICATION_FAILED';
      if (!dialled.passwordMayBeOvertaken || !refused || attempt === OVERTAKEN_ATTEMPTS) throw error;
    } finally {
      dialled.release?.();
    }
    const { signal } = options;
    await sleep(Math.random() * OVERTAKEN_PAUSE_MS, undefined, { ...(signal && { signal }) }).catch(() => {});
    signal?.throwIfAborted();
  }
}
