import { parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

export const move: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('move <target> <X,Y>')
      .summary('move the pointer to a position')
      .description('Move the pointer to a position (pixels from the upper left corner).'),
  )
    .addHelpText('after', '\nExamples:\n  rfbctl move 192.0.2.7:1 0,0')
    .action(async (target: string, position: string, flags: ConnectionFlags) => {
      const { x, y } = parsePoint(position);
      const settings = await readSettings(target, flags);
      await withConsole({ settings, interrupted, doing: `moving to ${x},${y}` }, (console, signal) =>
        console.pointer.move(x, y, { signal }),
      );
      if (flags.json) await printJson({ x, y });
    });
};
