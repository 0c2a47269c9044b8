import type { Rect } from '../../rfb/protocol/rect.ts';
import type { ScreenReader, ScreenText } from '../text/screen-text.ts';
import { TextReader } from '../text/text-reader.ts';
import { type Condition, HOLDS, isVerdict, partOf } from './condition.ts';

export interface TextShownOptions {
  /** Where the text may stand; default the whole screen. */
  readonly region?: Rect | undefined;
  /** Default the console's, by all the fonts that are shipped. */
  readonly reader?: ScreenReader | undefined;
}

/** Of what a screen says instead, so much is repeated. */
const MAX_EXCERPT = 120;

/**
 * The screen shows this text: a string as it stands, in one line, or what the regular expression matches, which sees the
 * lines joined by \n. Letters are read exactly, by `TextReader`, unless the console or `reader` reads otherwise.
 */
export function textShown(pattern: string | RegExp, { region, reader: given }: TextShownOptions = {}): Condition {
  let own: ScreenReader | undefined;
  return {
    name: `text ${typeof pattern === 'string' ? JSON.stringify(pattern) : pattern}`,
    async look({ picture, reader: ofConsole }) {
      const part = partOf(picture, region);
      if (isVerdict(part)) return part;
      own ??= given ?? ofConsole ?? new TextReader();
      const screen = await own.read(part);
      const match = screen.find(pattern)[0];
      if (!match) return { holds: false, score: likeness(screen, pattern), seen: describe(screen) };
      const { x, y, width, height } = match.place;
      const place = { x: x + (region?.x ?? 0), y: y + (region?.y ?? 0), width, height };
      return {
        ...HOLDS,
        seen: `${JSON.stringify(match.text)} in row ${match.row + 1}, column ${match.column + 1}`,
        place,
      };
    },
  };
}

/** Of a string, the longest beginning that is there; an expression is there or not. */
function likeness(screen: ScreenText, pattern: string | RegExp): number {
  if (typeof pattern !== 'string') return 0;
  let length = pattern.length - 1;
  while (length > 0 && screen.find(pattern.slice(0, length)).length === 0) length--;
  return length / pattern.length;
}

function describe(screen: ScreenText): string {
  const lines = screen.lines.map((line) => line.trim()).filter((line) => line !== '');
  if (lines.length === 0) return 'there is no text';
  const unsure = screen.recognised < 1 ? ` (${Math.floor(screen.recognised * 100)} % of it is known letters)` : '';
  const end = lines.slice(-2).join(' / ');
  return `the text ends with ${JSON.stringify(end.length > MAX_EXCERPT ? `…${end.slice(-MAX_EXCERPT)}` : end)}${unsure}`;
}
