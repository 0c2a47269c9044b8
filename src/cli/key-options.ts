import type { Command } from 'commander';
import { UsageError } from '../rfb/errors.ts';

const KEY_MODES = ['auto', 'keysym', 'scancode'] as const;
export type KeyMode = (typeof KEY_MODES)[number];

export interface KeyFlags {
  keys?: KeyMode;
  rate?: number;
}

export function addKeyOptions(command: Command): Command {
  return command
    .option('--keys <mode>', `how keys are sent: ${KEY_MODES.join(', ')} (QEMU extended key events)`, parseMode)
    .option('--rate <keys>', 'keys per second', parseRate);
}

export function keyOptions({ keys, rate }: KeyFlags): { keys?: KeyMode; rate?: number } {
  return { ...(keys && { keys }), ...(rate !== undefined && { rate }) };
}

function parseMode(text: string): KeyMode {
  const mode = KEY_MODES.find((candidate) => candidate === text);
  if (!mode) throw new UsageError('BAD_OPTION', `--keys ${text}: there are ${KEY_MODES.join(', ')}`);
  return mode;
}

function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate > 0 && rate <= 1000))
    throw new UsageError('BAD_OPTION', `--rate ${text}: wanted keys per second, above 0, at most 1000`);
  return rate;
}
