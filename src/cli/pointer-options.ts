import type { Button } from '../automation/pointer.ts';
import { parseName } from './arguments.ts';
import { ChoiceOption } from './choice-option.ts';

const BUTTONS = {
  what: 'button',
  values: ['left', 'middle', 'right', 'back', 'forward', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
};

/** `--button`, a name or number. */
export function buttonOption(): ChoiceOption {
  const option = new ChoiceOption('--button <button>', 'which one', BUTTONS);
  option.default('left');
  option.argParser((text: string): Button => {
    const name = parseName(BUTTONS.what, BUTTONS.values)(text);
    return (/^\d$/.test(name) ? Number(name) : name) as Button;
  });
  return option;
}
