import { ActionError, UnsupportedError } from '../rfb/errors.ts';
import type { Session, WaitOptions } from '../rfb/session/session.ts';

/**
 * Sets the server's clipboard: by Extended Clipboard where the server has it, else as Latin-1. True when the server has the text, false
 * when it was told of it, and asks when somebody pastes.
 * @throws UnsupportedError for a character that is not in Latin-1, on a server that takes no other
 */
export async function sendClipboard(session: Session, text: string, options: WaitOptions = {}): Promise<boolean> {
  await session.extensionsKnown(options);
  const lines = text.replace(/\r\n?/g, '\n');
  // LibVNCServer confirms the extension for servers that drop what it brings, x11vnc among them; notify it does not know.
  const reliable = session.clipboard.understands('notify');
  if (session.clipboard.known && (reliable || foreignIn(lines) >= 0)) return await session.clipboard.offer(lines);
  await session.sendCutText(latin1(lines), options);
  return true;
}

/** A server that answers at all does so at once. */
const ANSWER_TIMEOUT_MS = 3000;

/**
 * The text on the server's clipboard: what it has told, or says when it is asked, within 3 s by default.
 * @throws UnsupportedError where it cannot be asked · ActionError where it has none, or none that it would tell of · TimeoutError
 */
export async function readClipboard(
  session: Session,
  { timeoutMs = ANSWER_TIMEOUT_MS, signal }: WaitOptions = {},
): Promise<string> {
  await session.extensionsKnown({ signal });
  const { clipboard: told } = session.state;
  if (told !== undefined) return told;
  if (!session.clipboard.known) {
    const message = `${session.name}: this server cannot be asked for its clipboard: it only tells when something is copied`;
    throw new UnsupportedError('UNSUPPORTED_BY_SERVER', message);
  }
  const over = new AbortController();
  const options = { timeoutMs, signal: signal ? AbortSignal.any([signal, over.signal]) : over.signal };
  const copied = session.waitForEvent('cutText', options).then(([text]) => text);
  const none = session.waitForEvent('cutTextNotify', { ...options, where: (hasText) => !hasText }).then(() => {
    const message = `${session.name}: the server has told of no text on its clipboard since we are connected`;
    throw new ActionError('ACTION_FAILED', message);
  });
  try {
    await session.clipboard.ask();
    return await Promise.race([copied, none]);
  } finally {
    over.abort();
    await Promise.allSettled([copied, none]);
  }
}

/** Where the first character is that Latin-1 has not; -1 when there is none. */
function foreignIn(text: string): number {
  return [...text].findIndex((character) => character > '\xff');
}

function latin1(text: string): Uint8Array {
  const foreign = foreignIn(text);
  if (foreign < 0) return Buffer.from(text, 'latin1');
  throw new UnsupportedError(
    'UNSUPPORTED_BY_SERVER',
    `character ${foreign + 1} of the text is not in Latin-1, and the server confirmed no clipboard for others; type it instead`,
  );
}
