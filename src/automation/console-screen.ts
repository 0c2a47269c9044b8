import type { GlyphFont } from '../fonts/glyph-font.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import type { Session } from '../rfb/session/session.ts';
import type { OnActivity } from './activity.ts';
import { type CaptureOptions, capture } from './capture.ts';
import { Line } from './line.ts';
import type { Needle } from './matching/needle.ts';
import type { Picture } from './picture.ts';
import type { Point } from './pointer.ts';
import type { ScreenReader } from './text/screen-text.ts';
import { TextReader } from './text/text-reader.ts';
import type { TextScreen } from './text/text-screen.ts';
import type { Condition } from './waiting/condition.ts';
import { type ImageShownOptions, imageShown } from './waiting/image-shown.ts';
import { changed, nonBlank, stable } from './waiting/screen-conditions.ts';
import { textShown } from './waiting/text-shown.ts';
import { type Met, type WaitForOptions, waitFor } from './waiting/wait-for.ts';

export interface WaitForScreenOptions extends WaitForOptions {
  /** What counts; default the whole screen. */
  readonly region?: Rect | undefined;
}

export interface WaitForImageOptions extends WaitForOptions, ImageShownOptions {}

export interface FindOptions extends CaptureOptions, Omit<ImageShownOptions, 'mayGrow'> {}

/** Where something is on the screen. */
export interface Found {
  readonly place: Rect;
  /** Where a click on it goes: what a needle says, or the middle. */
  readonly click: Point;
}

/** How text on the screen is read. */
export interface ReadingOptions {
  /** Fonts to read by, beside those that are shipped: `readFont` reads one from a file. */
  readonly fonts?: readonly GlyphFont[] | undefined;
  /** What waits and searches for text read by; default a `TextReader` with these fonts. `text` is always exact. */
  readonly reader?: ScreenReader | undefined;
}

export interface ConsoleScreenOptions extends ReadingOptions {
  readonly onActivity?: OnActivity | undefined;
}

/** What is to be seen on a console: reads it, and waits for it. */
export class ConsoleScreen {
  readonly #line: Line;
  /** One for all: it remembers the font and the grid. */
  readonly #exact: TextReader;
  readonly #onActivity: OnActivity | undefined;
  /** What waits and searches for text read by. */
  readonly reader: ScreenReader;

  constructor(source: Session | Line, { onActivity, fonts = [], reader }: ConsoleScreenOptions = {}) {
    this.#line = Line.of(source);
    this.#onActivity = onActivity;
    this.#exact = TextReader.with(fonts);
    this.reader = reader ?? this.#exact;
  }

  /** The characters on a screen of text, complete as a screenshot is. `recognised` says whether it is one. */
  async text(options?: CaptureOptions): Promise<TextScreen> {
    const picture = await capture(this.#line.session, options);
    this.#onActivity?.({ type: 'captured', picture, region: options?.region });
    return this.#exact.read(picture);
  }

  /** The characters of a picture of this screen, cell by cell. */
  read(picture: Picture): TextScreen {
    return this.#exact.read(picture);
  }

  /** Waits until the condition holds: looks now and after each change. @throws WaitTimeoutError with what was seen */
  async waitFor(condition: Condition, options?: WaitForOptions): Promise<Met> {
    return waitFor(this.#line, condition, { onActivity: this.#onActivity, reader: this.reader, ...options });
  }

  /** Waits until the screen shows this text; see `textShown`. @throws WaitTimeoutError */
  async waitForText(pattern: string | RegExp, { region, ...options }: WaitForScreenOptions = {}): Promise<Met> {
    return this.waitFor(textShown(pattern, { region }), options);
  }

  /** Waits until the screen shows this picture, needle, or one of these needles; see `imageShown`. @throws WaitTimeoutError */
  async waitForImage(image: Picture | Needle | readonly Needle[], options: WaitForImageOptions = {}): Promise<Met> {
    return this.waitFor(imageShown(image, options), options);
  }

  /**
   * Where the screen shows this text, picture, needle, or one of these needles now; undefined when it does not.
   * @throws ActionError `ACTION_FAILED` when the image is larger than the screen
   */
  async find(
    what: string | RegExp | Picture | Needle | readonly Needle[],
    { timeoutMs, signal, ...options }: FindOptions = {},
  ): Promise<Found | undefined> {
    const isText = typeof what === 'string' || what instanceof RegExp;
    const condition = isText ? textShown(what, { region: options.region }) : imageShown(what, options);
    const { session } = this.#line;
    const picture = await capture(session, { timeoutMs, signal });
    const { pixelFormat } = session.state;
    // As late as can be: there will be no other look.
    const view = { picture, first: picture, nowMs: Number.POSITIVE_INFINITY, pixelFormat, reader: this.reader };
    const verdict = await condition.look(view);
    const { holds, place, click } = verdict;
    return holds && place ? { place, click: click ?? middleOf(place) } : undefined;
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

/** The pixel in the middle. */
export function middleOf({ x, y, width, height }: Rect): Point {
  return { x: x + (width >> 1), y: y + (height >> 1) };
}
