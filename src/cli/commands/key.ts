import { pressingMs } from '../../automation/keyboard.ts';
import { DEFAULT_EVERY_MS, DEFAULT_UNTIL_TIMEOUT_MS, describePresses } from '../../automation/press-until.ts';
import { badOption, parseCount, parseDuration, parseTimeout } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { addKeyOptions, type KeyFlags, keyOptions } from '../key-options.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { addUntilOptions, type UntilFlags, untilCondition } from '../until-options.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, KeyFlags, UntilFlags {
  readonly hold?: number;
  readonly repeat?: number;
  readonly every?: number;
  readonly for?: number;
}

export const key: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addKeyOptions(
      addUntilOptions(
        program
          .command('key <target> <chord...>')
          .summary('press keys and chords: ctrl+alt+del, f8, shift+f10')
          .description('Press keys and chords, one after the other: ctrl+alt+del, f8, shift+f10, enter.')
          .option('--hold <duration>', 'how long each chord is held (default: 40ms)', parseDuration)
          .option('--repeat <count>', 'press all of them so many times', parseCount(1))
          .option('--every <duration>', 'with --repeat or --until-…: start one every so often', parseDuration),
      ).option('--for <duration>', 'with --until-…: at most so long (default: 60s)', parseTimeout),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl key 192.0.2.7:1 ctrl+alt+del
  rfbctl key qemu.example:5901 f8 --repeat 20 --every 250ms
  rfbctl key unix:/run/vm.sock down down enter
  rfbctl key unix:/run/vm.sock f2 --every 500ms --until-text 'Setup Utility' --for 30s
  rfbctl key unix:/run/vm.sock space --every 1s --until-gone 'Press any key' --for 10s`,
    )
    .action(async (target: string, chords: string[], flags: Flags) => {
      const { hold, repeat, every, for: forMs } = flags;
      const keys = keyOptions(flags);
      const until = await untilCondition(flags);
      if (!until && forMs !== undefined) throw badOption('--for is how long --until-… may take, and there is none');
      if (!until && every !== undefined && repeat === undefined) {
        throw badOption('--every needs --repeat, or --until-… that says when it is enough');
      }
      const settings = await readSettings(target, flags);
      if (!until) {
        const options = { ...keys, repeat: repeat ?? 1, holdMs: hold, everyMs: every };
        const task = { settings, interrupted, doing: 'pressing keys', plannedMs: pressingMs(chords, options) };
        await withConsole(task, (console, signal) => console.keyboard.press(chords, { ...options, signal }));
        if (flags.json) await printJson({ pressed: chords, repeat: options.repeat });
        return;
      }
      const { everyMs, timeoutMs } = {
        everyMs: every ?? DEFAULT_EVERY_MS,
        timeoutMs: forMs ?? DEFAULT_UNTIL_TIMEOUT_MS,
      };
      const options = { ...keys, holdMs: hold, everyMs, times: repeat, timeoutMs };
      const plannedMs = timeoutMs + Math.max(everyMs, pressingMs(chords, { ...keys, holdMs: hold }));
      const task = { settings, interrupted, doing: `pressing keys until ${until.name}`, plannedMs };
      await withConsole(task, async (console, signal) => {
        const { verdict, presses, milliseconds } = await console.pressUntil(chords, until, { ...options, signal });
        const { seen, place } = verdict;
        if (flags.json)
          await printJson({ pressed: chords, presses, seen, place, milliseconds: Math.round(milliseconds) });
        else await print(`${seen}, after ${describePresses(presses)}`);
      });
    });
};
