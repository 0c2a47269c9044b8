import type { Keyboard, PressOptions } from './keyboard.ts';
import { type Clock, systemClock } from './pace.ts';
import type { Verdict } from './waiting/condition.ts';
import { type Met, type WaitForOptions, WaitTimeoutError } from './waiting/wait-for.ts';

export interface PressUntilOptions extends Omit<PressOptions, 'repeat'> {
  /** From the start of one press to the start of the next, in ms. Default 1000. */
  readonly everyMs?: number | undefined;
  /** At most so many presses; the wait goes on after the last one. Default: as many as it takes. */
  readonly times?: number | undefined;
  readonly clock?: Clock | undefined;
}

export interface PressedUntil {
  readonly verdict: Verdict;
  readonly presses: number;
  /** Since the wait began. */
  readonly milliseconds: number;
}

/** From the start of one press to the start of the next, when nothing else is said. */
export const DEFAULT_EVERY_MS = 1000;

/** How long it may take, when nothing else is said. */
export const DEFAULT_UNTIL_TIMEOUT_MS = 60_000;

/**
 * Presses chords again and again while `wait` waits for something that they bring about. It has seen the screen before the
 * first press, and nothing is pressed when it holds already. A press that has begun is finished.
 * @throws as `wait` and `Keyboard.press` do
 */
export async function pressUntil(
  keyboard: Keyboard,
  chords: string | readonly string[],
  wait: (options: Pick<WaitForOptions, 'signal' | 'onLook'>) => Promise<Pick<Met, 'verdict' | 'milliseconds'>>,
  options: PressUntilOptions = {},
): Promise<PressedUntil> {
  const { everyMs = DEFAULT_EVERY_MS, times = Number.POSITIVE_INFINITY, clock = systemClock, ...keys } = options;
  const { signal } = keys;
  const over = new AbortController();
  const stop = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  let looked: (holds: boolean) => void = () => {};
  const firstLook = new Promise<boolean>((resolve) => {
    looked = resolve;
  });
  let presses = 0;
  const press = async () => {
    if (await firstLook) return;
    for (let due = clock.now(); presses < times && !stop.aborted; ) {
      if (keyboard.usable) {
        presses++;
        await keyboard.press(chords, keys).catch(unlessLost(keyboard));
      }
      due = Math.max(due + everyMs, clock.now());
      await clock.sleep(due - clock.now(), stop).catch(() => {});
    }
  };
  const pressing = press().catch((error: unknown) => over.abort(error));
  try {
    const { verdict, milliseconds } = await wait({ signal: stop, onLook: ({ holds }) => looked(holds) });
    over.abort();
    await pressing;
    return { verdict, presses, milliseconds };
  } catch (error) {
    if (error instanceof WaitTimeoutError) error.message += `; ${describePresses(presses)} changed nothing about that`;
    throw error;
  } finally {
    over.abort();
    looked(true);
    await pressing;
  }
}

/** `1 press`, `3 presses`. */
export function describePresses(presses: number): string {
  return presses === 1 ? '1 press' : `${presses} presses`;
}

/** The wait decides what becomes of a connection that is lost; a press that went down with it is not repeated. */
function unlessLost(keyboard: Keyboard): (error: unknown) => void {
  return (error) => {
    if (keyboard.usable) throw error;
  };
}
