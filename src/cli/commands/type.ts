import { typingMs } from '../../automation/keyboard.ts';
import { UsageError } from '../../rfb/errors.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { addKeyOptions, type KeyFlags, keyOptions } from '../key-options.ts';
import { printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { DEFAULT_TIMEOUT_MS, withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, KeyFlags {
  readonly enter?: boolean;
}

export const type: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addKeyOptions(
      program
        .command('type <target> [text]')
        .summary('type text as key presses')
        .description('Type text as key presses; without text, or with -, what standard input holds.')
        .option('--enter', 'press Enter at the end'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl type 192.0.2.7:1 'root' --enter
  rfbctl type unix:/run/vm.sock --rate 10 < answers.txt
  rfbctl type 192.0.2.7:1 -- '-text that begins with a dash'`,
    )
    .action(async (target: string, given: string | undefined, flags: Flags) => {
      const settings = await readSettings(target, flags);
      const text = await textToType(given, flags, settings.timeoutMs ?? DEFAULT_TIMEOUT_MS, interrupted);
      const keys = keyOptions(flags);
      const count = [...text].length;
      const task = { settings, interrupted, doing: `typing ${count} characters`, plannedMs: typingMs(text, keys) };
      await withConsole(task, (console, signal) => console.keyboard.type(text, { ...keys, signal }));
      if (flags.json) await printJson({ typed: count });
    });
};

async function textToType(
  given: string | undefined,
  flags: Flags,
  timeoutMs: number,
  interrupted: AbortSignal,
): Promise<string> {
  const end = flags.enter ? '\n' : '';
  if (given !== undefined && given !== '-') return given + end;
  if (given === undefined && process.stdin.isTTY) {
    throw new UsageError('BAD_OPTION', 'the text is missing: write it behind the target, or - to type it here first');
  }
  const { stdinText } = await import('../input.ts');
  return (await stdinText('the text', flags, timeoutMs, interrupted)) + end;
}
