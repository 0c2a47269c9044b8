/** `rfbctl/vitest`: matchers for `expect`, which importing it adds, and a `test` with consoles. The only part that needs Vitest. */
import { expect } from 'vitest';
import { toMatchScreen } from './vitest/to-match-screen.ts';
import { toShowText } from './vitest/to-show-text.ts';

export { expect } from 'vitest';
export { type ConsoleFixtures, consoleTest, type OpenConsole } from './vitest/console-test.ts';
export type { ScreenMatchers } from './vitest/matchers.ts';
export type { MatchScreenOptions } from './vitest/to-match-screen.ts';
export type { ShowTextOptions } from './vitest/to-show-text.ts';

expect.extend({ toShowText, toMatchScreen });
