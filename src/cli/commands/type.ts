import { typingMs } from '../../automation/keyboard.ts';
import type { TypingReport } from '../../automation/verified-typing/verifying-typist.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { addKeyOptions, type KeyFlags, keyOptions } from '../key-options.ts';
import { note, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { textArgument } from '../text-argument.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, KeyFlags {
  readonly enter?: boolean;
  readonly verify?: boolean;
}

/** What typing with a look at the screen may take, as a multiple of what typing takes, when nobody says how long. */
const VERIFYING_SHARE = 6;

export const type: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addKeyOptions(
      program
        .command('type <target> [text]')
        .summary('type text as key presses')
        .description('Type text as key presses; without text, or with -, what standard input holds.')
        .option('--enter', 'press Enter at the end')
        .option('--verify', 'look what the screen of text shows of it; delete what is wrong and type it again, slower'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl type 192.0.2.7:1 'root' --enter
  rfbctl type unix:/run/vm.sock --rate 10 < answers.txt
  rfbctl type unix:/run/vm.sock --verify --enter 'linux /vmlinuz root=/dev/sda1'
  rfbctl type 192.0.2.7:1 -- '-text that begins with a dash'`,
    )
    .action(async (target: string, given: string | undefined, flags: Flags) => {
      const settings = await readSettings(target, flags);
      const end = flags.enter ? '\n' : '';
      const text = (await textArgument(given, flags, settings, interrupted)) + end;
      const keys = keyOptions(flags);
      const count = [...text].length;
      const task = { settings, interrupted, doing: `typing ${count} characters`, plannedMs: typingMs(text, keys) };
      if (!flags.verify) {
        await withConsole(task, (console, signal) => console.keyboard.type(text, { ...keys, signal }));
        if (flags.json) await printJson({ typed: count });
        return;
      }
      const patient = { ...task, plannedMs: VERIFYING_SHARE * task.plannedMs };
      const report = await withConsole(patient, (console, signal) => console.typeVerified(text, { ...keys, signal }));
      if (flags.json) await printJson({ ...report, rate: Math.round(report.rate) });
      else if (!flags.quiet) note(describe(report));
    });
};

function describe({ typed, corrections, unverified, rate }: TypingReport): string {
  const notSeen = unverified > 0 ? `, ${unverified} of them left nothing to look at` : '';
  const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;
  return `typed ${plural(typed, 'character')}${notSeen}; ${plural(corrections, 'correction')}, ${Math.round(rate)} characters a second at the end`;
}
