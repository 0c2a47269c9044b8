import { Argument } from 'commander';
import { power as switchPower } from '../../transports/index.ts';
import { POWER_ACTIONS, type PowerAction } from '../../transports/transport.ts';
import { type ApiFlags, addApiOptions } from '../connection-options.ts';
import { printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withApi } from '../with-api.ts';
import type { CommandPlug } from './command-plug.ts';

/** What a guest may take to go down. */
const GUEST_MS = 120_000;

export const power: CommandPlug = (program, { interrupted }) => {
  addApiOptions(
    program
      .command('power')
      .argument('<address>')
      .addArgument(new Argument('<action>').choices(POWER_ACTIONS))
      .summary('switch a machine on or off, where an API can')
      .description(
        'Switch a machine on or off by its API, and wait until that is done. on, off and reset are the buttons; shutdown and reboot ask the guest to do it.',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl power proxmox://pve.example/101 on
  rfbctl power hetzner://web-1 shutdown --timeout 5m`,
    )
    .action(async (address: string, action: PowerAction, flags: ApiFlags) => {
      const settings = await readSettings(address, flags);
      const plannedMs = action === 'shutdown' || action === 'reboot' ? GUEST_MS : 0;
      await withApi({ settings, interrupted, doing: `power ${action}`, plannedMs }, (options) =>
        switchPower(settings.address, action, options),
      );
      if (flags.json) await printJson({ power: action });
    });
};
