import { parseSize } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

export const resize: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('resize <target> <size>')
      .summary('give the screen another size, where the server lets one')
      .description('Ask the server for a desktop of another size (SetDesktopSize), and wait until it has it.'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl resize 192.0.2.7:1 1280x800
  rfbctl resize unix:/run/vm.sock 1920x1080 --timeout 20s`,
    )
    .action(async (target: string, size: string, flags: ConnectionFlags) => {
      const wanted = parseSize(size);
      const settings = await readSettings(target, flags);
      await withConsole({ settings, interrupted, doing: 'resizing' }, async ({ session }, signal) => {
        await session.setDesktopSize(wanted, { signal });
        const { width, height } = session.framebuffer;
        const { screens } = session.state;
        if (flags.json) await printJson({ width, height, screens });
        else await print(`${width}x${height}`);
      });
    });
};
