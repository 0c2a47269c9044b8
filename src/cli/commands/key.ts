import { pressingMs } from '../../automation/keyboard.ts';
import { parseCount, parseDuration } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { addKeyOptions, type KeyFlags, keyOptions } from '../key-options.ts';
import { printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, KeyFlags {
  readonly hold?: number;
  readonly repeat?: number;
  readonly every?: number;
}

export const key: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addKeyOptions(
      program
        .command('key <target> <chord...>')
        .summary('press keys and chords: ctrl+alt+del, f8, shift+f10')
        .description('Press keys and chords, one after the other: ctrl+alt+del, f8, shift+f10, enter.')
        .option('--hold <duration>', 'how long each chord is held (default: 40ms)', parseDuration)
        .option('--repeat <count>', 'press all of them so many times', parseCount(1))
        .option('--every <duration>', 'with --repeat: start one every so often', parseDuration),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl key 192.0.2.7:1 ctrl+alt+del
  rfbctl key qemu.example:5901 f8 --repeat 20 --every 250ms
  rfbctl key unix:/run/vm.sock down down enter`,
    )
    .action(async (target: string, chords: string[], flags: Flags) => {
      const { hold, repeat = 1, every } = flags;
      const options = {
        ...keyOptions(flags),
        repeat,
        holdMs: hold,
        everyMs: every,
      };
      const plannedMs = pressingMs(chords, options);
      const settings = await readSettings(target, flags);
      await withConsole({ settings, interrupted, doing: 'pressing keys', plannedMs }, (console, signal) =>
        console.keyboard.press(chords, { ...options, signal }),
      );
      if (flags.json) await printJson({ pressed: chords, repeat });
    });
};
