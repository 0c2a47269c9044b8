import type { Button } from '../automation/pointer.ts';
import { UsageError } from '../rfb/errors.ts';

const BUTTONS: readonly Button[] = ['left', 'middle', 'right', 'back', 'forward', 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** A button's name or number. @throws UsageError `BAD_OPTION` */
export function parseButton(text: string): Button {
  const button = BUTTONS.find((candidate) => String(candidate) === text.toLowerCase());
  if (button) return button;
  throw new UsageError('BAD_OPTION', `"${text}" is no button; there are left, middle, right, back, forward and 1 to 9`);
}
