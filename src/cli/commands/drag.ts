import type { Button } from '../../automation/pointer.ts';
import { parseDuration, parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { buttonOption } from '../pointer-options.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly button: Button;
  readonly duration?: number;
}

export const drag: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('drag <target> <from> <to>')
      .summary('drag from one position to another')
      .description('Press a button at one position, move, release it at another (both X,Y).')
      .addOption(buttonOption())
      .option('--duration <duration>', 'how long the way takes (default: by its length)', parseDuration),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  rfbctl drag 192.0.2.7:1 100,100 400,300\n  rfbctl drag 192.0.2.7:1 10,10 900,10 --duration 2s',
    )
    .action(async (target: string, start: string, end: string, flags: Flags) => {
      const from = parsePoint(start);
      const to = parsePoint(end);
      const { button, duration } = flags;
      const settings = await readSettings(target, flags);
      const doing = `dragging from ${start} to ${end}`;
      await withConsole({ settings, interrupted, doing, plannedMs: duration ?? 0 }, (console, signal) =>
        console.pointer.drag(from, to, { button, signal, durationMs: duration }),
      );
      if (flags.json) await printJson({ from, to, button });
    });
};
