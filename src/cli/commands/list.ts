import { printable } from '../../rfb/protocol/text.ts';
import { listMachines } from '../../transports/index.ts';
import { type ApiFlags, addApiOptions } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { table } from '../table.ts';
import { withApi } from '../with-api.ts';
import type { CommandPlug } from './command-plug.ts';

const TITLES = ['ID', 'NAME', 'STATE', 'CONSOLE', 'HOST', 'ADDRESS'];

export const list: CommandPlug = (program, { interrupted }) => {
  addApiOptions(
    program
      .command('list <address>')
      .summary('the machines behind an API, and their addresses')
      .description(
        'List the machines behind an API, with their state and what their console is: vnc (a screen), text (rfbctl term) or none. The last column is a target for the other commands.',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl list proxmox://pve.example
  rfbctl list libvirt: --via ssh:root@hv.example
  rfbctl list hetzner: --json | jq -r '.[] | select(.state == "running") | .address'`,
    )
    .action(async (address: string, flags: ApiFlags) => {
      const settings = await readSettings(address, flags);
      const machines = await withApi({ settings, interrupted, doing: 'listing machines' }, (options) =>
        listMachines(settings.address, options),
      );
      if (flags.json) return await printJson(machines);
      const rows = machines.map(({ id, name, state, console, host = '', address }) =>
        [id, name, state, console, host, address].map((cell) => printable(cell)),
      );
      await print(table(TITLES, rows));
    });
};
