import { UsageError } from '../../rfb/errors.ts';
import { badOption } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { readText } from '../script-options.ts';
import { readSettings } from '../settings.ts';
import { DEFAULT_TIMEOUT_MS } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly server?: string;
  readonly delay?: number;
  readonly warp?: number;
}

export const vdo: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('vdo [target] [words...]')
      .summary('run vncdotool’s commands and .vdo files')
      .description('Run vncdotool’s commands, one after another on one connection, and the words of .vdo files.')
      .option('-s, --server <target>', 'the target, as vncdo has it: then all arguments are commands')
      .option('--delay <milliseconds>', 'from one key to the next (default: 30 keys per second)', parseNumber('0'))
      .option('--warp <factor>', 'pauses are so many times shorter', parseNumber('more than 0'))
      .option('--force-caps', 'has no effect: Shift is always pressed for what needs it'),
  )
    .addHelpText(
      'after',
      `
Commands:
  key KEY  keydown KEY  keyup KEY  type TEXT  typefile FILE  paste TEXT  pastefile FILE
  move X Y  click BUTTON  mousedown BUTTON  mouseup BUTTON  drag X Y
  capture FILE  rcapture FILE X Y W H  expect FILE [FUZZ]  rexpect FILE X Y [FUZZ]
  stable SECONDS  rstable SECONDS X Y W H  pause SECONDS  resize W H  FILE.vdo  -

Examples:
  rfbctl vdo 192.0.2.7:1 type root key enter pause 1 capture login.png
  rfbctl vdo -s 192.0.2.7:1 install.vdo
  echo 'key ctrl-alt-del' | rfbctl vdo 192.0.2.7:1 -`,
    )
    .action(async (first: string | undefined, rest: string[], flags: Flags) => {
      const { server, delay, warp } = flags;
      const target = server ?? first;
      const words = server !== undefined && first !== undefined ? [first, ...rest] : rest;
      if (target === undefined) throw badOption('the target is missing; see rfbctl help vdo');
      if (words.length === 0) throw badOption('what to do is missing: commands, FILE.vdo or -; see rfbctl help vdo');
      const settings = await readSettings(target, flags);
      const readFile = async (file: string) => {
        if (file !== '-') return readText('the file', file);
        const { stdinText } = await import('../input.ts');
        return stdinText('commands', flags, settings.timeoutMs ?? DEFAULT_TIMEOUT_MS, interrupted);
      };
      const { estimate, vdoSteps } = await import('../../automation/boot-command/index.ts');
      const steps = await vdoSteps(words, { readFile, warp });
      const timing = { keyIntervalMs: delay === undefined ? undefined : delay / 2 };
      const { runScript } = await import('../run-script.ts');
      await runScript({
        settings,
        interrupted,
        doing: 'the commands',
        plannedMs: estimate(steps, { ...timing, waitTimeoutMs: 0 }).mostMs,
        steps,
        // As vncdo: the time for all of them is the limit.
        options: { ...timing, waitTimeoutMs: Number.POSITIVE_INFINITY },
        json: flags.json,
        quiet: flags.quiet,
      });
    });
};

function parseNumber(least: '0' | 'more than 0'): (text: string) => number {
  return (text) => {
    const value = /^\d{1,6}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
    if (value > 0 || (value === 0 && least === '0')) return value;
    throw new UsageError('BAD_OPTION', `"${text}" is no number from ${least} on`);
  };
}
