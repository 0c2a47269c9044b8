import type { Command } from 'commander';
import type { KeyMode, TypeOptions } from '../automation/keyboard.ts';
import { type LayoutName, layoutNames } from '../layouts/index.ts';
import { badOption } from './arguments.ts';
import { ChoiceOption } from './choice-option.ts';

export interface KeyFlags {
  readonly keys?: KeyMode;
  readonly layout?: LayoutName;
  readonly rate?: number;
  readonly lockKeys?: boolean;
}

const LAYOUTS = { what: 'keyboard layout', values: layoutNames } as const;
const KEY_MODES = { what: 'way of sending keys', values: ['auto', 'keysym', 'scancode'] } as const;

export function addKeyOptions(command: Command): Command {
  return command
    .addOption(new ChoiceOption('--keys <mode>', 'how keys are sent (scancode: QEMU extended key events)', KEY_MODES))
    .addOption(new ChoiceOption('--layout <name>', 'the layout that the guest is set to, typed by scancodes', LAYOUTS))
    .option('--no-lock-keys', 'leave Caps Lock and Num Lock as they are')
    .option('--rate <keys>', 'keys per second (default: 30)', parseRate);
}

export function keyOptions({ keys, layout, lockKeys, rate }: KeyFlags): Omit<TypeOptions, 'signal'> {
  return {
    ...(keys && { keys }),
    ...(layout && { layout }),
    ...(lockKeys === false && { lockKeys: 'ignore' }),
    ...(rate !== undefined && { rate }),
  };
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (rate > 0 && rate <= 1000) return rate;
  throw badOption(`"${text}" is no number of keys per second above 0 and at most 1000`);
}
