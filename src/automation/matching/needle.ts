import { UsageError } from '../../rfb/errors.ts';
import { contains, describeRect, type Rect } from '../../rfb/protocol/rect.ts';
import type { Picture } from '../picture.ts';
import type { Point } from '../pointer.ts';

/** A part of a needle that must be on the screen. */
export interface NeedleArea extends Rect {
  /** How similar it must be, 0 to 100; see `needleSimilarity`. */
  readonly match: number;
  /** How many pixels it may be off its place. */
  readonly margin: number;
  /** Where a click goes, from the area's upper left; undefined where the needle does not say. */
  readonly click: Point | undefined;
}

/** A reference picture as openQA describes it: a picture of the screen, and which parts of it must be there. */
export interface Needle {
  readonly name: string;
  readonly picture: Picture;
  readonly tags: readonly string[];
  /** For example `workaround`: of two needles that match as well, one without it is taken. */
  readonly properties: readonly string[];
  readonly areas: readonly NeedleArea[];
  /** Parts that do not count. */
  readonly exclude: readonly Rect[];
}

/** A needle's JSON, before there is a picture. */
export type NeedleDescription = Omit<Needle, 'picture'>;

const DEFAULT_MATCH = 96;
const DEFAULT_MARGIN = 50;

export function isNeedle(image: Picture | Needle | readonly Needle[]): image is Needle {
  return 'areas' in image;
}

/** Reads a needle's JSON. @throws UsageError `BAD_IMAGE` when it is none */
export function parseNeedle(json: string, name: string): NeedleDescription {
  const broken = (what: string) => new UsageError('BAD_IMAGE', `needle ${name}: ${what}`);
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (cause) {
    throw new UsageError('BAD_IMAGE', `needle ${name}: no JSON: ${(cause as Error).message}`, { cause });
  }
  if (!isRecord(document)) throw broken('wanted an object with area and tags');
  const { area: areas, tags = [], properties = [] } = document;
  if (!Array.isArray(areas)) throw broken('it has no area');
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) throw broken('tags is no list of names');
  if (!Array.isArray(properties)) throw broken('properties is no list');
  const found: NeedleArea[] = [];
  const exclude: Rect[] = [];
  for (const [i, area] of areas.entries()) {
    const problem = (what: string) => broken(`area ${i + 1}: ${what}`);
    if (!isRecord(area)) throw problem('it is no object');
    const rect = rectOf(area, problem);
    if (area.type === 'exclude') exclude.push(rect);
    else if (area.type === 'match') found.push({ ...rect, ...matchOf(area, rect, problem) });
    else throw problem(`its type is ${JSON.stringify(area.type)}, wanted "match" or "exclude"; for text use --text`);
  }
  if (found.length === 0) throw broken('it has no area of type "match"');
  return { name, tags, properties: properties.map(propertyName), areas: found, exclude };
}

/** With its picture. @throws UsageError `BAD_IMAGE` when an area is not inside of it */
export function withPicture(description: NeedleDescription, picture: Picture): Needle {
  const { name, areas, exclude } = description;
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  for (const rect of [...areas, ...exclude]) {
    if (contains(whole, rect)) continue;
    const message = `needle ${name}: area ${describeRect(rect)} is not inside its ${picture.width}x${picture.height} picture`;
    throw new UsageError('BAD_IMAGE', message);
  }
  return { ...description, picture };
}

function rectOf(area: Record<string, unknown>, problem: (what: string) => UsageError): Rect {
  const [x, y, width, height] = ['xpos', 'ypos', 'width', 'height'].map((field) => {
    const value = Number(area[field]);
    const least = field === 'width' || field === 'height' ? 1 : 0;
    if (Number.isInteger(value) && value >= least) return value;
    throw problem(`${field} is ${JSON.stringify(area[field])}, wanted a whole number from ${least} on`);
  });
  return { x: x ?? 0, y: y ?? 0, width: width ?? 0, height: height ?? 0 };
}

function matchOf(
  { match = DEFAULT_MATCH, margin = DEFAULT_MARGIN, click_point: click }: Record<string, unknown>,
  { width, height }: Rect,
  problem: (what: string) => UsageError,
): Omit<NeedleArea, keyof Rect> {
  const percent = Number(match);
  if (!(percent >= 0 && percent <= 100)) throw problem(`match is ${JSON.stringify(match)}, wanted 0 to 100`);
  const pixels = Number(margin);
  if (!(Number.isInteger(pixels) && pixels >= 0)) {
    throw problem(`margin is ${JSON.stringify(margin)}, wanted a whole number of pixels`);
  }
  return { match: percent, margin: pixels, click: clickOf(click, width, height, problem) };
}

function clickOf(
  click: unknown,
  width: number,
  height: number,
  problem: (what: string) => UsageError,
): Point | undefined {
  if (click === undefined || click === null) return undefined;
  if (click === 'center') return { x: width >> 1, y: height >> 1 };
  const { xpos: x, ypos: y } = isRecord(click) ? click : {};
  if (typeof x === 'number' && typeof y === 'number') return { x, y };
  throw problem(`click_point is ${JSON.stringify(click)}, wanted "center" or { "xpos": X, "ypos": Y }`);
}

/** `"workaround"`, or `{ "name": "workaround", "value": "bug 1" }`. */
function propertyName(property: unknown): string {
  return String(isRecord(property) ? property.name : property);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
