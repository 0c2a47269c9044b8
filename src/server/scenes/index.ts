import { colours } from './colours.ts';
import { desktop } from './desktop.ts';
import { login } from './login.ts';
import type { SceneType } from './scene.ts';

/** Every scene; the first is what `demo:` shows. */
export const scenes: readonly SceneType[] = [login, desktop, colours];
