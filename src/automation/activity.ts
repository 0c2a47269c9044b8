import type { Rect } from '../rfb/protocol/rect.ts';
import type { Picture } from './picture.ts';
import type { PointerAction, PointerDetail } from './pointer-action.ts';
import type { Verdict } from './waiting/condition.ts';

/** What is done with a console and what is seen on it, for whoever keeps a record. Never a character of what is typed. */
export type Activity =
  | { readonly type: 'typing'; readonly characters: number }
  /** Chords; a key that types a character is `•`. */
  | {
      readonly type: 'keys';
      readonly action: 'press' | 'down' | 'up';
      readonly chords: readonly string[];
      readonly repeat: number;
    }
  | { readonly type: 'pointer'; readonly action: PointerAction; readonly detail: PointerDetail }
  | { readonly type: 'pasting'; readonly characters: number }
  /** A line for the record. */
  | { readonly type: 'note'; readonly text: string }
  /** What no record may repeat, even if the screen shows it. */
  | { readonly type: 'secret'; readonly text: string }
  | { readonly type: 'waiting'; readonly wait: WaitTask }
  /** The screen was looked at during a wait. */
  | { readonly type: 'look'; readonly wait: WaitTask; readonly verdict: Verdict; readonly picture: Picture }
  | { readonly type: 'waited'; readonly wait: WaitTask; readonly result: WaitResult }
  /** A picture was taken; `region` where it is not of the whole screen. */
  | { readonly type: 'captured'; readonly picture: Picture; readonly region?: Rect | undefined };

export type OnActivity = (activity: Activity) => void;

/** One wait; the same object in all that is told of it. */
export interface WaitTask {
  readonly condition: string;
  readonly timeoutMs: number;
}

export interface WaitResult {
  readonly outcome: 'met' | 'timedOut' | 'failed';
  readonly milliseconds: number;
  /** The look that ended it, or the last one; absent when there was none. */
  readonly last?: Sight | undefined;
  /** The look that came nearest, of a wait in vain. */
  readonly best?: Sight | undefined;
  readonly error?: Error | undefined;
}

/** What was seen on a screen. */
export interface Sight {
  readonly verdict: Verdict;
  readonly picture: Picture;
}
