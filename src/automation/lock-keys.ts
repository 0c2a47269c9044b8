import { namedKeys } from '../rfb/keysyms.ts';
import type { LedState } from '../rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import type { Key } from './key.ts';

const LOCK_KEYS: Readonly<Record<'capsLock' | 'numLock', Key>> = {
  capsLock: { name: 'capslock', shifted: false, ...namedKeys.Caps_Lock },
  numLock: { name: 'numlock', shifted: false, ...namedKeys.Num_Lock },
};

const KP_0 = 0xffb0;

/**
 * The lights that these keys need, to be what they say; what does not matter is absent. Nothing where a lock key is among
 * them, or keys need different things.
 */
export function locksFor(keys: readonly Key[]): Partial<LedState> {
  const keysyms = new Set(keys.map(({ keysym }) => keysym));
  if (Object.values(LOCK_KEYS).some(({ keysym }) => keysyms.has(keysym))) return {};
  const digits = keys.some(({ keysym }) => isKeypadDigit(keysym));
  const movements = keys.some(({ keysym }) => isKeypadMovement(keysym));
  return {
    ...(keys.some(isLetter) && !keys.some(({ keysym }) => isCommandModifier(keysym)) && { capsLock: false }),
    ...(digits !== movements && { numLock: digits }),
  };
}

/** The lock keys whose lights are not as wanted, as far as they are known. */
export function lockKeysToPress(lights: LedState | undefined, wanted: Partial<LedState>): readonly Key[] {
  if (!lights) return [];
  return (['capsLock', 'numLock'] as const)
    .filter((light) => wanted[light] !== undefined && wanted[light] !== lights[light])
    .map((light) => LOCK_KEYS[light]);
}

function isLetter({ name }: Key): boolean {
  return [...name].length === 1 && name.toLowerCase() !== name.toUpperCase();
}

/** All but Shift and AltGr: with them a letter is a command, whatever its case. */
function isCommandModifier(keysym: number): boolean {
  return keysym >= namedKeys.Control_L.keysym && keysym <= namedKeys.Hyper_R.keysym;
}

function isKeypadDigit(keysym: number): boolean {
  return (keysym >= KP_0 && keysym <= KP_0 + 9) || keysym === namedKeys.KP_Decimal.keysym;
}

function isKeypadMovement(keysym: number): boolean {
  return keysym >= namedKeys.KP_Home.keysym && keysym <= namedKeys.KP_Delete.keysym;
}
