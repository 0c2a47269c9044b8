import { parseChord } from '../../automation/key-chord.ts';
import { parseCount, parseDuration } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { addKeyOptions, type KeyFlags, keyOptions } from '../key-options.ts';
import { printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, KeyFlags {
  hold?: number;
  repeat?: number;
  every?: number;
}

export const key: CommandPlug = (program, { interrupted }) => {
  addKeyOptions(
    addConnectionOptions(
      program
        .command('key <target> <chord...>')
        .description('press keys and chords: ctrl+alt+del, f8, shift+f10')
        .option('--hold <duration>', 'how long each chord is held', parseDuration)
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
      for (const chord of chords) parseChord(chord);
      const options = {
        ...keyOptions(flags),
        ...(flags.hold !== undefined && { holdMs: flags.hold }),
        ...(flags.repeat !== undefined && { repeat: flags.repeat }),
        ...(flags.every !== undefined && { everyMs: flags.every }),
      };
      await withConsole(target, flags, interrupted, async (console, signal) => {
        await console.keyboard.press(chords, { ...options, signal });
        await console.session.barrier(signal);
      });
      if (flags.json) printJson({ pressed: chords, repeat: flags.repeat ?? 1 });
    });
};
