import { Argument } from 'commander';
import { parseCount, parsePoint } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly at?: { readonly x: number; readonly y: number };
}

const DIRECTIONS = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] } as const;

/** From one step to the next: down and up. */
const STEP_MS = 40;

export const scroll: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('scroll')
      .argument('<target>')
      .addArgument(new Argument('<direction>').choices(Object.keys(DIRECTIONS)))
      .argument('[steps]', '', parseCount(1), 1)
      .summary('turn the wheel')
      .description('Turn the wheel up, down, left or right, by so many steps (default: 1).')
      .option('--at <X,Y>', 'where the pointer is (default: the middle of the screen)', parsePoint),
  )
    .addHelpText('after', '\nExamples:\n  rfbctl scroll 192.0.2.7:1 down 5 --at 512,384')
    .action(async (target: string, direction: keyof typeof DIRECTIONS, steps: number, flags: Flags) => {
      const [right, down] = DIRECTIONS[direction];
      const settings = await readSettings(target, flags);
      const doing = `scrolling ${direction}`;
      await withConsole({ settings, interrupted, doing, plannedMs: steps * STEP_MS }, async (console, signal) => {
        const { width, height } = console.session.framebufferSize;
        const { x, y } = flags.at ?? { x: width >> 1, y: height >> 1 };
        await console.pointer.scroll(right * steps, down * steps, { x, y, signal });
      });
      if (flags.json) await printJson({ direction, steps });
    });
};
