import { UsageError } from '../../rfb/errors.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { addKeyOptions, type KeyFlags, keyOptions } from '../key-options.ts';
import { printJson, readStdin } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, KeyFlags {
  enter?: boolean;
}

export const type: CommandPlug = (program, { interrupted }) => {
  addKeyOptions(
    addConnectionOptions(
      program
        .command('type <target> [text]')
        .description('type text as key presses; without text, or with -, what standard input holds')
        .option('--enter', 'press Enter at the end'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl type 192.0.2.7:1 'root' --enter
  rfbctl type unix:/run/vm.sock --rate 10 < answers.txt`,
    )
    .action(async (target: string, given: string | undefined, flags: Flags) => {
      const piped = given === undefined || given === '-';
      if (piped && flags.passwordStdin) {
        throw new UsageError('BAD_OPTION', 'standard input cannot hold both the text and --password-stdin');
      }
      const text = (piped ? await readStdin() : given) + (flags.enter ? '\n' : '');
      await withConsole(target, flags, interrupted, async (console, signal) => {
        await console.keyboard.type(text, { ...keyOptions(flags), signal });
        await console.session.barrier(signal);
      });
      if (flags.json) printJson({ typed: [...text].length });
    });
};
