import type { Button } from '../../automation/pointer.ts';
import { parseDuration, parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { parseButton } from '../pointer-options.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  button: Button;
  duration?: number;
}

export const drag: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('drag <target> <from> <to>')
      .description('press a button at one position, move, release it at another (both X,Y)')
      .option('--button <button>', 'left, middle, right or a number', parseButton, 'left')
      .option('--duration <duration>', 'how long the way takes', parseDuration),
  )
    .addHelpText('after', '\nExamples:\n  rfbctl drag 192.0.2.7:1 100,100 400,300')
    .action(async (target: string, start: string, end: string, flags: Flags) => {
      const from = parsePoint(start);
      const to = parsePoint(end);
      await withConsole(target, flags, interrupted, async (console, signal) => {
        const { button, duration } = flags;
        await console.pointer.drag(from, to, {
          button,
          signal,
          ...(duration !== undefined && { durationMs: duration }),
        });
        await console.session.barrier(signal);
      });
      if (flags.json) printJson({ from, to, button: flags.button });
    });
};
