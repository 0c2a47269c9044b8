import { ActionError } from '../../rfb/errors.ts';
import { DEFAULT_RATE, type Keyboard, type TypeOptions } from '../keyboard.ts';
import type { TextScreen } from '../text/text-screen.ts';
import { type Echo, sameText } from './echo.ts';
import { Judgement } from './judgement.ts';
import { TypingPace } from './typing-pace.ts';

/** What is seen at one moment. `stillMs`: the text has been the same for so long; `nowMs`: since one began to look. */
export interface Glance {
  readonly screen: TextScreen;
  readonly stillMs: number;
  readonly nowMs: number;
}

/** Looks at the screen until the function says 0 or less: else it says in how many milliseconds it wants to be asked again. */
export type Settle = (again: (glance: Glance) => number) => Promise<TextScreen>;

/** For a screen to show that an Enter was seen; some never do. */
const PATIENCE_MS = 600;
/** More characters than were typed, and still more after this: a key repeats itself. */
const OVERRUN_MS = 1000;
/** A text that has gone on changing for so long may be a key that repeats itself. */
const RESTLESS_MS = 5000;
/** How often that is tried to be ended. */
const MAX_RESTLESS = 6;
/** Screens of which less is known letters are no text. */
const MIN_RECOGNISED = 0.5;

/** Keys that go to a guest, and what the screen shows of them. */
export class Typewriter {
  readonly pace: TypingPace;
  readonly #keyboard: Pick<Keyboard, 'type' | 'press'>;
  readonly #settle: Settle;
  readonly #options: TypeOptions;
  #corrections = 0;

  constructor(keyboard: Pick<Keyboard, 'type' | 'press'>, settle: Settle, options: TypeOptions) {
    this.#keyboard = keyboard;
    this.#settle = settle;
    this.#options = options;
    this.pace = new TypingPace(options.rate ?? DEFAULT_RATE);
  }

  /** How often something went wrong. */
  get corrections(): number {
    return this.#corrections;
  }

  async send(text: string): Promise<void> {
    await this.#keyboard.type(text, { ...this.#options, rate: this.pace.rate });
  }

  /** Ends whatever a guest repeats because a release was lost, and releases Shift in it. */
  async tapShift(): Promise<void> {
    const { keys, layout, signal } = this.#options;
    await this.#keyboard.press('shift', { keys, layout, signal });
  }

  async slowDown(): Promise<void> {
    this.#corrections++;
    this.pace.wentWrong();
    await this.tapShift();
  }

  /**
   * What has come of `wanted`: as it should be, for `restMs`, or all that comes. What is as it was before the keys were sent,
   * `silent`, may only be late.
   */
  async look(
    find: (screen: TextScreen) => Echo | undefined,
    wanted: readonly string[],
    { silent, restMs = 0 }: { readonly silent: (echo: Echo) => boolean; readonly restMs?: number },
  ): Promise<Echo | undefined> {
    const { patienceMs, quietMs } = this.pace;
    let echo: Echo | undefined;
    await this.#settle(({ screen, stillMs, nowMs }) => {
      echo = find(screen);
      if (nowMs > RESTLESS_MS && stillMs < quietMs) return 0;
      if (!echo) return patienceMs - stillMs;
      const judgement = new Judgement(echo, wanted);
      if (judgement.right) return restMs - stillMs;
      if (echo.characters.length > wanted.length && nowMs > OVERRUN_MS) return 0;
      return (judgement.begun || silent(echo) ? patienceMs : quietMs) - stillMs;
    });
    return echo;
  }

  /** The screen when its text stands still; it gets some more time to begin to change. @throws ActionError when it has no text */
  async rested(before?: TextScreen): Promise<TextScreen> {
    for (let tries = 0; ; tries++) {
      let still = false;
      const { quietMs } = this.pace;
      const screen = await this.#settle(({ screen: now, stillMs, nowMs }) => {
        const enoughMs = before && sameText(before, now) ? Math.max(PATIENCE_MS, quietMs) : quietMs;
        still = stillMs >= enoughMs;
        return nowMs > RESTLESS_MS ? 0 : enoughMs - stillMs;
      });
      if (!still && tries < MAX_RESTLESS) {
        await this.tapShift();
        continue;
      }
      if (!still)
        throw new ActionError(
          'ACTION_FAILED',
          'the text on the screen does not come to rest: what is typed cannot be verified',
        );
      if (screen.recognised >= MIN_RECOGNISED) return screen;
      const message =
        'the screen shows no text that can be read, so nothing is typed that is to be verified; leave --verify out';
      throw new ActionError('ACTION_FAILED', message);
    }
  }
}
