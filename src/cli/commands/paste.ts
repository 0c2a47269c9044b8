import { parseChord } from '../../automation/key-chord.ts';
import { systemClock } from '../../automation/pace.ts';
import { parseDuration } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { textArgument } from '../text-argument.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly press?: string;
  readonly stay?: number;
}

export const paste: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('paste <target> [text]')
      .summary('put a text on the server’s clipboard')
      .description('Put a text on the server’s clipboard; without text, or with -, what standard input holds.')
      .option('--press <chord>', 'then press this: ctrl+v, shift+insert')
      .option('--stay <duration>', 'stay connected for so long afterwards (default: 1s with --press)', parseDuration),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl paste 192.0.2.7:1 'żółw' --press ctrl+v
  rfbctl paste session:vm < notes.txt`,
    )
    .action(async (target: string, given: string | undefined, flags: Flags) => {
      if (flags.press !== undefined) parseChord(flags.press);
      const settings = await readSettings(target, flags);
      const text = await textArgument(given, flags, settings, interrupted);
      const { press } = flags;
      const { stay = press === undefined ? 0 : PRESS_STAY_MS } = flags;
      await withConsole({ settings, interrupted, doing: 'pasting', plannedMs: stay }, async (console, signal) => {
        const sent = await console.paste(text, { signal });
        if (press !== undefined) await console.keyboard.press(press, { signal });
        if (!sent && stay === 0) settings.onWarning(FORGOTTEN);
        await systemClock.sleep(stay, signal);
        if (flags.json) await printJson({ pasted: [...text].length, pressed: press });
      });
    });
};

/** For a program to fetch the text: nothing tells when it has. */
const PRESS_STAY_MS = 1000;

const FORGOTTEN =
  'this server forgets the text when whoever gave it leaves, as this command does: --press, --stay, or a kept session (rfbctl open)';
