import { type ConditionFlags, ConditionOptions } from '../condition-options.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { EXIT } from '../exit-codes.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, ConditionFlags {}

export const wait: CommandPlug = (program, { interrupted, succeedWith }) => {
  const options = new ConditionOptions();
  addConnectionOptions(
    options.addTo(
      program
        .command('wait <target>')
        .summary('wait until the screen shows something')
        .description('Wait until the screen shows something, driven by its updates. --timeout says how long.'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl wait 192.0.2.7:1 --text login: --timeout 5m
  rfbctl wait unix:/run/vm.sock --any --text '/login: $/m' --text 'Kernel panic'    # 50 or 51
  rfbctl wait 192.0.2.7:1 --image login.png --mask clock.png
  rfbctl wait 192.0.2.7:1 --needles needles --tag desktop --anywhere
  rfbctl wait 192.0.2.7:1 --not --text 'Loading' --stable 2s`,
    )
    .action(async (target: string, flags: Flags) => {
      const condition = await options.condition(flags);
      const settings = await readSettings(target, flags);
      let exitCode: number = EXIT.done;
      const task = { settings, interrupted, doing: `waiting for ${condition.name}`, exitCode: () => exitCode };
      await withConsole(task, async (console, signal) => {
        const met = await console.screen.waitFor(condition, { signal, timeoutMs: Number.POSITIVE_INFINITY });
        const { seen, place, alternative } = met.verdict;
        const milliseconds = Math.round(met.milliseconds);
        if (flags.json) await printJson({ condition: condition.name, seen, place, alternative, milliseconds });
        else await print(seen);
        if (alternative !== undefined) exitCode = EXIT.alternative + alternative;
      });
      succeedWith(exitCode);
    });
};
