import { parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

export const move: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(program.command('move <target> <X,Y>').description('move the pointer to a position'))
    .addHelpText('after', '\nExamples:\n  rfbctl move 192.0.2.7:1 0,0')
    .action(async (target: string, position: string, flags: ConnectionFlags) => {
      const { x, y } = parsePoint(position);
      await withConsole(target, flags, interrupted, async (console, signal) => {
        await console.pointer.move(x, y);
        await console.session.barrier(signal);
      });
      if (flags.json) printJson({ x, y });
    });
};
