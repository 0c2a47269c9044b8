import type { Command } from 'commander';
import type { KeyMode } from '../automation/keyboard.ts';
import { badOption } from './arguments.ts';
import { ChoiceOption } from './choice-option.ts';

export interface KeyFlags {
  readonly keys?: KeyMode;
  readonly rate?: number;
}

const KEY_MODES = { what: 'way of sending keys', values: ['auto', 'keysym', 'scancode'] } as const;

export function addKeyOptions(command: Command): Command {
  return command
    .addOption(new ChoiceOption('--keys <mode>', 'how keys are sent (scancode: QEMU extended key events)', KEY_MODES))
    .option('--rate <keys>', 'keys per second (default: 30)', parseRate);
}

export function keyOptions({ keys, rate }: KeyFlags): KeyFlags {
  return { ...(keys && { keys }), ...(rate !== undefined && { rate }) };
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (rate > 0 && rate <= 1000) return rate;
  throw badOption(`"${text}" is no number of keys per second above 0 and at most 1000`);
}
