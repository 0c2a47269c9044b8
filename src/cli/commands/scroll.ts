import { UsageError } from '../../rfb/errors.ts';
import { parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  at?: { x: number; y: number };
}

export const scroll: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('scroll <target> <direction> [steps]')
      .description('turn the wheel: up, down, left or right, by so many steps')
      .option('--at <X,Y>', 'where the pointer is (default: the middle of the screen)', parsePoint),
  )
    .addHelpText('after', '\nExamples:\n  rfbctl scroll 192.0.2.7:1 down 5 --at 512,384')
    .action(async (target: string, direction: string, steps = '1', flags: Flags) => {
      const count = Number(steps);
      if (!Number.isInteger(count) || count < 1)
        throw new UsageError('BAD_OPTION', `"${steps}" is no number of wheel steps`);
      const sign = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] }[direction];
      if (!sign) throw new UsageError('BAD_OPTION', `"${direction}" is no direction; there are up, down, left, right`);
      const [dx = 0, dy = 0] = sign.map((one) => one * count);
      await withConsole(target, flags, interrupted, async (console, signal) => {
        const { width, height } = console.session.framebufferSize;
        const { x, y } = flags.at ?? { x: width >> 1, y: height >> 1 };
        await console.pointer.scroll(dx, dy, { x, y, signal });
        await console.session.barrier(signal);
      });
      if (flags.json) printJson({ direction, steps: count });
    });
};
