import type { PixelFormat } from '../../rfb/protocol/pixel-format.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import type { Picture } from '../picture.ts';
import type { Point } from '../pointer.ts';
import type { ScreenPixels } from './screen-pixels.ts';

/** Where an image may be. */
export interface MatchOptions {
  /** The part of the screen where it may stand. Default: the whole screen. */
  readonly region?: Rect | undefined;
  /** How many pixels it may be off its place. Default: a picture of the whole screen 0, a needle what its areas say. */
  readonly margin?: number | undefined;
  /** It may be anywhere, even if its place is known. A picture smaller than the screen, or the region, always may. */
  readonly anywhere?: boolean | undefined;
}

/** What a look for an image has shown. */
export interface ImageMatch {
  readonly found: boolean;
  /** Where it is, or else where it is nearest: what counts of it, in pixels of the screen. */
  readonly place: Rect;
  /** Where a click on it goes. */
  readonly click: Point;
  /** 0 to 1: of a picture, the weight of the pixels that are alike; of a needle, its similarity. */
  readonly score: number;
  /** So many of the pixels that count look different. */
  readonly differing: number;
  readonly counted: number;
}

/** Looks for one image on screens. */
export interface Matcher {
  readonly name: string;
  /** Of what counts. */
  readonly size: { readonly width: number; readonly height: number };
  /** Undefined when there is no place for it: it is larger than the screen, or than the region. */
  match(screen: ScreenPixels, format?: PixelFormat): ImageMatch | undefined;
  /** The screen with what is different at the place of the match. */
  difference(screen: ScreenPixels, match: ImageMatch, format?: PixelFormat): Picture;
}
