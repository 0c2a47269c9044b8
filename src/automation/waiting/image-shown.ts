import { ActionError } from '../../rfb/errors.ts';
import { describeRect } from '../../rfb/protocol/rect.ts';
import { GROWTH_PATIENCE_MS } from '../capture.ts';
import type { ImageMatch, Matcher } from '../matching/matcher.ts';
import { isNeedle, type Needle } from '../matching/needle.ts';
import { NeedleMatcher } from '../matching/needle-matcher.ts';
import { PictureMatcher, type PictureMatchOptions } from '../matching/picture-matcher.ts';
import { ScreenPixels } from '../matching/screen-pixels.ts';
import type { Picture } from '../picture.ts';
import { type Condition, HOLDS, isVerdict, partOf, type Verdict, type View } from './condition.ts';

export interface ImageShownOptions extends PictureMatchOptions {
  /** Whether the screen may yet become as large as the image. Default: an image that is too large for it fails the wait. */
  readonly mayGrow?: boolean | undefined;
}

/**
 * The screen shows this picture, or what this needle says, or one of these needles. What a needle says of itself goes before
 * the options: it has neither mask nor fuzz nor blur of ours.
 * @throws UsageError when nothing of the image counts, or an option is none
 */
export function imageShown(image: Picture | Needle | readonly Needle[], options: ImageShownOptions = {}): Condition {
  const matchers = matchersFor(image, options);
  const name = nameOf(matchers, options.name);
  return {
    name,
    look(view) {
      const part = partOf(view.picture, options.region);
      if (isVerdict(part)) return part;
      const screen = new ScreenPixels(view.picture);
      const [best] = searchAll(screen, matchers, view);
      return best ? verdictOf(best, screen, view, matchers.length > 1) : tooLarge(name, matchers, options, view);
    },
  };
}

interface Result {
  readonly matcher: Matcher;
  readonly match: ImageMatch;
}

function matchersFor(image: Picture | Needle | readonly Needle[], options: PictureMatchOptions): Matcher[] {
  if ('rgba' in image) return [new PictureMatcher(image, options)];
  const needles = isNeedle(image) ? [image] : image;
  return needles.map((needle) => new NeedleMatcher(needle, options));
}

function nameOf(matchers: readonly Matcher[], given: string | undefined): string {
  if (given !== undefined) return `image ${given}`;
  const [first] = matchers;
  return matchers.length === 1 && first ? `image ${first.name}` : `one of ${matchers.length} images`;
}

/** The best first: what was found, by its score, without a workaround. */
function searchAll(screen: ScreenPixels, matchers: readonly Matcher[], { pixelFormat }: View): Result[] {
  const results = matchers.flatMap((matcher) => {
    const match = matcher.match(screen, pixelFormat);
    return match ? [{ matcher, match }] : [];
  });
  const doubts = ({ matcher }: Result) => (matcher instanceof NeedleMatcher && matcher.workaround ? 1 : 0);
  return results.sort(
    (a, b) => Number(b.match.found) - Number(a.match.found) || b.match.score - a.match.score || doubts(a) - doubts(b),
  );
}

function verdictOf(result: Result, screen: ScreenPixels, { pixelFormat }: View, several: boolean): Verdict {
  const { matcher, match } = result;
  const { place, click, found, score } = match;
  const seen = describe(result, several);
  if (found) return { ...HOLDS, seen, place, click };
  const { picture } = screen;
  // Not the screen's own buffers: the verdict may be kept for long.
  const difference = () => matcher.difference(new ScreenPixels(picture), match, pixelFormat);
  return { holds: false, score, seen, place, click, difference };
}

function describe({ matcher, match }: Result, several: boolean): string {
  const { found, place, score, differing, counted } = match;
  const who = several ? `${matcher.name} ` : '';
  // Cut, not rounded: 100 % is all of it.
  const percent = Math.floor(score * 1000) / 10;
  if (found) return `${who}found at ${place.x},${place.y}${percent < 100 ? `, ${percent} % alike` : ''}`;
  return `${who}nearest at ${place.x},${place.y}: ${percent} % alike, ${differing} of ${counted} pixels differ`;
}

/** @throws ActionError when it cannot come to hold: nothing changes the region, and most screens have the size they keep */
function tooLarge(
  name: string,
  matchers: readonly Matcher[],
  { region, mayGrow = false }: ImageShownOptions,
  { picture, first, nowMs }: View,
): Verdict {
  const sizes = [...new Set(matchers.map(({ size }) => `${size.width}x${size.height}`))].join(', ');
  if (region) {
    throw new ActionError('ACTION_FAILED', `${name} (${sizes}) has no place in the region ${describeRect(region)}`);
  }
  const seen = `${name} (${sizes}) is larger than the ${picture.width}x${picture.height} screen`;
  const steady = picture.width === first.width && picture.height === first.height;
  if (mayGrow || !steady) return { holds: false, score: 0, seen };
  // Servers begin with 1x1, guests switch modes.
  if (nowMs < GROWTH_PATIENCE_MS) return { holds: false, score: 0, seen, againInMs: GROWTH_PATIENCE_MS - nowMs };
  throw new ActionError('ACTION_FAILED', `${seen}; if the screen is yet to grow, say so (--may-grow, mayGrow)`);
}
