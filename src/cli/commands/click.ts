import type { Button } from '../../automation/pointer.ts';
import { parseCount, parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { buttonOption } from '../pointer-options.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly button: Button;
  readonly count: number;
}

export const click: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('click <target> <X,Y>')
      .summary('click at a position')
      .description('Move to a position (pixels from the upper left corner) and click there.')
      .addOption(buttonOption())
      .option('--count <count>', '2 is a double click', parseCount(1), 1),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl click 192.0.2.7:1 512,384
  rfbctl click 192.0.2.7:1 40,60 --count 2
  rfbctl click demo:desktop 100,80 --button right`,
    )
    .action(async (target: string, position: string, flags: Flags) => {
      const { x, y } = parsePoint(position);
      const { button, count } = flags;
      const settings = await readSettings(target, flags);
      const doing = `clicking at ${x},${y}`;
      await withConsole({ settings, interrupted, doing, plannedMs: count * 200 }, (console, signal) =>
        console.pointer.click(x, y, { button, count, signal }),
      );
      if (flags.json) await printJson({ x, y, button, count });
    });
};
