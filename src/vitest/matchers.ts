import type { MatchScreenOptions } from './to-match-screen.ts';
import type { ShowTextOptions } from './to-show-text.ts';

/** What `expect(console)` can do. Both wait: `await` them. */
export interface ScreenMatchers {
  /** The screen shows this text, as it stands in one line, or what the regular expression matches, within the time. */
  toShowText(pattern: string | RegExp, options?: ShowTextOptions): Promise<void>;
  /**
   * The screen looks like its baseline within the time. `name` is that of a picture beside the test file, in `__screens__`,
   * which `vitest --update` writes, or a path that begins with `.` or `/`.
   */
  toMatchScreen(name: string, options?: MatchScreenOptions): Promise<void>;
}

declare module 'vitest' {
  interface Matchers<T> extends ScreenMatchers {}
}
