import { ActionError, UnsupportedError, UsageError } from '../errors.ts';
import type { SetDesktopSize } from '../protocol/messages/client-to-server/set-desktop-size.ts';
import type { DesktopSizeAnswer, Screen } from '../protocol/pseudo-encodings/pseudo-encoding.ts';
import { describeDuration, within } from './deadline.ts';
import type { Session, WaitOptions } from './session.ts';

export interface DesktopSize {
  readonly width: number;
  readonly height: number;
  /** The layout. Default: the screens that there are, each with its share of the new size. */
  readonly screens?: readonly Screen[] | undefined;
}

/** Status codes of ExtendedDesktopSize, rfbproto. */
const DONE = 0;
const FORWARDED = 4;
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'resizing is prohibited',
  2: 'it is out of resources',
  3: 'it does not accept this layout of screens',
};

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_SIDE = 0xffff;

/**
 * SetDesktopSize: resolves when the desktop has the new size.
 * @throws ActionError `ACTION_FAILED` when the server refuses, with why · TimeoutError when its guest does not follow · as
 *   `requestDesktopSize`
 */
export async function setDesktopSize(session: Session, size: DesktopSize, options: WaitOptions = {}): Promise<void> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
  const { width, height } = size;
  const started = performance.now();
  const status = await session.requestDesktopSize(size, options);
  if (status !== DONE && status !== FORWARDED) {
    const why = REFUSALS[status] ?? `status ${status}`;
    throw new ActionError(
      'ACTION_FAILED',
      `${session.name}: the server refuses a desktop of ${width}x${height}: ${why}`,
    );
  }
  const isDone = () => session.framebuffer.width === width && session.framebuffer.height === height;
  if (isDone()) return;
  const leftMs = Math.max(0, timeoutMs - (performance.now() - started));
  const following = whileAsking(session, () =>
    session.waitForEvent('resize', { where: isDone, timeoutMs: Number.POSITIVE_INFINITY, signal }),
  );
  const describe = () => {
    const waited = describeDuration(timeoutMs);
    return `${session.name}: the server has passed the request for ${width}x${height} on to its guest, which did not follow within ${waited}`;
  };
  await within(following, { timeoutMs: leftMs, signal, describe });
}

/**
 * SetDesktopSize: resolves with the status that answers it: 0 done, 1 prohibited, 2 out of resources, 3 invalid layout,
 * 4 passed on to a guest, which may follow.
 * @throws UnsupportedError when the server has no ExtendedDesktopSize · TimeoutError
 */
export async function requestDesktopSize(
  session: Session,
  size: DesktopSize,
  send: (message: SetDesktopSize) => Promise<void>,
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: WaitOptions = {},
): Promise<number> {
  const { width, height } = size;
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_SIDE) {
      throw new UsageError('BAD_OPTION', `a desktop of ${width}x${height}: wanted 1 to ${MAX_SIDE} pixels a side`);
    }
  }
  await session.extensionsKnown({ timeoutMs, signal });
  if (!session.state.confirmed.has('extended-desktop-size')) {
    const message = `${session.name}: the size of this desktop cannot be set: the server did not confirm ExtendedDesktopSize`;
    throw new UnsupportedError('UNSUPPORTED_BY_SERVER', message);
  }
  const screens = size.screens ?? scaled(session.state.screens, session.framebuffer, size);
  const [{ status }] = await whileAsking(session, async () => {
    const where = ({ reason }: DesktopSizeAnswer) => reason === 'client';
    const answer = session.waitForEvent('desktopSize', { where, timeoutMs, signal });
    const [news] = await Promise.all([answer, send({ width, height, screens })]);
    return news;
  });
  return status;
}

/** TigerVNC and our own server tell of sizes in updates, and send those only to who asks. */
async function whileAsking<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const ask = () => session.requestUpdate(session.framebuffer.bounds, true).catch(() => {});
  session.on('update', ask);
  try {
    const working = work();
    await ask();
    return await working;
  } finally {
    session.off('update', ask);
  }
}

/** The layout in another size: screens keep their identity, their neighbours and their share. */
function scaled(
  screens: readonly Screen[],
  from: { readonly width: number; readonly height: number },
  { width, height }: DesktopSize,
): readonly Screen[] {
  if (screens.length <= 1)
    return [{ id: screens[0]?.id ?? 0, flags: screens[0]?.flags ?? 0, x: 0, y: 0, width, height }];
  const across = (x: number) => Math.round((x * width) / from.width);
  const down = (y: number) => Math.round((y * height) / from.height);
  return screens.map(({ id, flags, x, y, ...screen }) => ({
    ...{ id, flags, x: across(x), y: down(y) },
    width: across(x + screen.width) - across(x),
    height: down(y + screen.height) - down(y),
  }));
}
