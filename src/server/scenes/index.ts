import { UsageError } from '../../rfb/errors.ts';
import { colours } from './colours.ts';
import { desktop } from './desktop.ts';
import { login } from './login.ts';
import type { Scene, SceneType } from './scene.ts';

/** Every scene; the first is what `demo:` shows. */
export const scenes: readonly SceneType[] = [login, desktop, colours];

/** @throws UsageError `BAD_OPTION` when there is no scene of that name */
export function createScene(name: string): Scene {
  const found = scenes.find((scene) => scene.name === name);
  if (found) return found.create();
  throw new UsageError(
    'BAD_OPTION',
    `unknown scene "${name}", there are ${scenes.map((scene) => scene.name).join(', ')}`,
  );
}
