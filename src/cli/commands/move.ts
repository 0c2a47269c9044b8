import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { addSpotOptions, type SpotFlags, spotOf } from '../spot-options.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

export const move: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addSpotOptions(
      program
        .command('move <target> [X,Y]')
        .summary('move the pointer to a position, or to what is shown')
        .description(
          'Move the pointer to a position (pixels from the upper left corner), or to an image or text once it is shown.',
        ),
    ),
  )
    .addHelpText('after', '\nExamples:\n  rfbctl move 192.0.2.7:1 0,0\n  rfbctl move 192.0.2.7:1 --image menu.png')
    .action(async (target: string, position: string | undefined, flags: ConnectionFlags & SpotFlags) => {
      const spot = await spotOf(position, flags);
      const settings = await readSettings(target, flags);
      const { x, y } = await withConsole(
        { settings, interrupted, doing: `moving to ${spot.name}` },
        async (console, signal) => {
          const point = await spot.locate(console, signal);
          await console.pointer.move(point.x, point.y, { signal });
          return point;
        },
      );
      if (flags.json) await printJson({ x, y });
    });
};
