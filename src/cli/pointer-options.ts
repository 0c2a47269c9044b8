import { UsageError } from '../rfb/errors.ts';

const BUTTON_NAMES = ['left', 'middle', 'right', 'back', 'forward'] as const;
export type PointerButton = (typeof BUTTON_NAMES)[number] | number;

export function parseButton(text: string): PointerButton {
  const name = BUTTON_NAMES.find((candidate) => candidate === text.toLowerCase());
  if (name) return name;
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 9) return number;
  throw new UsageError('BAD_OPTION', `"${text}" is no button; there are ${BUTTON_NAMES.join(', ')} and 1 to 9`);
}
