import type { Rect } from '../rfb/protocol/rect.ts';
import type { Session } from '../rfb/session/session.ts';
import type { OnActivity } from './activity.ts';
import { type CaptureOptions, capture } from './capture.ts';
import { TextReader } from './text/text-reader.ts';
import type { TextScreen } from './text/text-screen.ts';
import type { Condition } from './waiting/condition.ts';
import { changed, nonBlank, stable } from './waiting/screen-conditions.ts';
import { textShown } from './waiting/text-shown.ts';
import { type Met, type WaitForOptions, waitFor } from './waiting/wait-for.ts';

export interface WaitForScreenOptions extends WaitForOptions {
  /** What counts; default the whole screen. */
  readonly region?: Rect | undefined;
}

/** What is to be seen on a console: reads it, and waits for it. */
export class ConsoleScreen {
  readonly #session: Session;
  /** One for all: it remembers the font and the grid. */
  readonly #reader = new TextReader();

  readonly #onActivity: OnActivity | undefined;

  constructor(session: Session, { onActivity }: { readonly onActivity?: OnActivity | undefined } = {}) {
    this.#session = session;
    this.#onActivity = onActivity;
  }

  /** The characters on a screen of text, complete as a screenshot is. `recognised` says whether it is one. */
  async text(options?: CaptureOptions): Promise<TextScreen> {
    const picture = await capture(this.#session, options);
    this.#onActivity?.({ type: 'captured', picture, region: options?.region });
    return this.#reader.read(picture);
  }

  /** Waits until the condition holds: looks now and after each change. @throws WaitTimeoutError with what was seen */
  async waitFor(condition: Condition, options?: WaitForOptions): Promise<Met> {
    return waitFor(this.#session, condition, { onActivity: this.#onActivity, ...options });
  }

  /** Waits until the screen shows this text; see `textShown`. @throws WaitTimeoutError */
  async waitForText(pattern: string | RegExp, { region, ...options }: WaitForScreenOptions = {}): Promise<Met> {
    return this.waitFor(textShown(pattern, { region, reader: this.#reader }), options);
  }

  /** Waits until nothing has changed for `quietMs`. @throws WaitTimeoutError */
  async waitForStable(quietMs: number, { region, ...options }: WaitForScreenOptions = {}): Promise<Met> {
    return this.waitFor(stable(quietMs, region), options);
  }

  /** Waits until something differs from what the screen shows at the call. @throws WaitTimeoutError */
  async waitForChange({ region, ...options }: WaitForScreenOptions = {}): Promise<Met> {
    return this.waitFor(changed(region), options);
  }

  /** Waits until the screen is not all of one colour. @throws WaitTimeoutError */
  async waitForNonBlank({ region, ...options }: WaitForScreenOptions = {}): Promise<Met> {
    return this.waitFor(nonBlank(region), options);
  }
}
