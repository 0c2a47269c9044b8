import type { Button } from '../../automation/pointer.ts';
import { parseCount, parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { parseButton } from '../pointer-options.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  button: Button;
  count: number;
}

export const click: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('click <target> <X,Y>')
      .description('click at a position')
      .option('--button <button>', 'left, middle, right, back, forward or a number', parseButton, 'left')
      .option('--count <count>', '2 is a double click', parseCount(1), 1),
  )
    .addHelpText(
      'after',
      '\nExamples:\n  rfbctl click 192.0.2.7:1 512,384\n  rfbctl click demo:desktop 100,80 --button right',
    )
    .action(async (target: string, position: string, flags: Flags) => {
      const { x, y } = parsePoint(position);
      await withConsole(target, flags, interrupted, async (console, signal) => {
        await console.pointer.click(x, y, { button: flags.button, count: flags.count, signal });
        await console.session.barrier(signal);
      });
      if (flags.json) printJson({ x, y, button: flags.button, count: flags.count });
    });
};
