import type { Phase, RfbError } from '../errors.ts';

/** Completes an error with where it arose: the phase, and the peer's name in front of the message. */
export function locateError(error: RfbError, name: string, phase: Phase): void {
  error.phase ??= phase;
  if (error.code === 'CONNECTION_LOST') error.message = `${error.message}; ${WHEN_LOST[error.phase]}`;
  if (!error.message.includes(name)) error.message = `${name}: ${error.message}`;
}

/** What a server that hangs up may mean by it. */
const WHEN_LOST: Readonly<Record<Phase, string>> = {
  connect: 'it was not yet connected',
  greeting: 'its greeting was awaited: does it take no more clients, or none from this address?',
  security: 'authentication was going on: the server’s log may say why',
  init: 'ServerInit was awaited: the server’s log may say why',
  session: 'was the machine stopped, or did another client ask for it alone?',
  close: 'it was about to be closed',
};
