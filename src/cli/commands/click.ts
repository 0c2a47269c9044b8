import type { Button } from '../../automation/pointer.ts';
import { parseCount } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { buttonOption } from '../pointer-options.ts';
import { readSettings } from '../settings.ts';
import { addSpotOptions, type SpotFlags, spotOf } from '../spot-options.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, SpotFlags {
  readonly button: Button;
  readonly count: number;
}

export const click: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addSpotOptions(
      program
        .command('click <target> [X,Y]')
        .summary('click at a position, or on what is shown')
        .description(
          'Move to a position (pixels from the upper left corner), or to an image or text once it is shown, and click there.',
        )
        .addOption(buttonOption())
        .option('--count <count>', '2 is a double click', parseCount(1), 1),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl click 192.0.2.7:1 512,384
  rfbctl click 192.0.2.7:1 40,60 --count 2
  rfbctl click demo:desktop 100,80 --button right
  rfbctl click 192.0.2.7:1 --image ok-button.png --timeout 2m
  rfbctl click 192.0.2.7:1 --text 'Try again' --offset 4,8`,
    )
    .action(async (target: string, position: string | undefined, flags: Flags) => {
      const spot = await spotOf(position, flags);
      const { button, count } = flags;
      const settings = await readSettings(target, flags);
      const doing = `clicking at ${spot.name}`;
      const { x, y } = await withConsole(
        { settings, interrupted, doing, plannedMs: count * 200 },
        async (console, signal) => {
          const point = await spot.locate(console, signal);
          await console.pointer.click(point.x, point.y, { button, count, signal });
          return point;
        },
      );
      if (flags.json) await printJson({ x, y, button, count });
    });
};
