import { ActionError } from '../../rfb/errors.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { parseRegion } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly region?: Rect;
}

/** Below this share of known letters, what was read is no text but a picture that looks like some here and there. */
const LEAST_SHARE = 0.5;

export const text: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('text <target>')
      .summary('the characters on a text-mode screen, exactly')
      .description(
        'Print the characters on a text-mode screen: firmware, boot loaders, text consoles, terminals in fixed fonts. Each cell is compared with the glyphs of known fonts; what is none of them is printed as \ufffd.',
      )
      .option('--region <X,Y,WxH>', 'only this part of the screen', parseRegion),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl text demo:
  rfbctl text unix:/run/vm.sock | grep login:
  rfbctl text 192.0.2.7:1 --json | jq -r '.lines[0]'`,
    )
    .action(async (target: string, flags: Flags) => {
      const settings = await readSettings(target, flags);
      await withConsole({ settings, interrupted, doing: 'reading the screen' }, async (console, signal) => {
        const { region } = flags;
        const screen = await console.screen.text({ region, signal, timeoutMs: Number.POSITIVE_INFINITY });
        const { grid, lines, recognised } = screen;
        if (recognised < LEAST_SHARE) {
          const share = `${Math.floor(recognised * 100)} % of what is on it looks like letters of a known font`;
          throw new ActionError(
            'ACTION_FAILED',
            `${settings.name}: the screen shows no text in cells: ${share}; --region may leave the pictures out`,
          );
        }
        if (flags.json) await printJson({ ...grid, recognised, text: screen.text, lines });
        else if (screen.text !== '') await print(screen.text);
      });
    });
};
