import { consoleUrl } from '../../transports/index.ts';
import { type ApiFlags, addApiOptions } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withApi } from '../with-api.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ApiFlags {
  readonly page?: string;
}

export const url: CommandPlug = (program, { interrupted }) => {
  addApiOptions(
    program
      .command('url <address>')
      .summary('an address with which a browser shows the console')
      .description(
        'Print an address with which a browser shows the console. Whoever has it has the console, for as long as the provider lets it: a minute at Hetzner, ten at OpenStack. What is secret stands behind its #, which no browser sends anywhere.',
      )
      .option('--page <https://…/vnc.html>', 'a noVNC page of yours, where the console is a websocket'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl url openstack://web-1
  rfbctl url hetzner://web-1 --page https://tools.example/novnc/vnc.html
  rfbctl url 'wss://console.example/websockify?token={token}' --token-file token --page http://localhost:8000/vnc.html`,
    )
    .action(async (address: string, { page, ...flags }: Flags) => {
      const settings = await readSettings(address, flags);
      const found = await withApi({ settings, interrupted, doing: 'asking for the console' }, (options) =>
        consoleUrl(settings.address, { ...options, page }),
      );
      if (flags.json) await printJson({ url: found });
      else await print(found);
    });
};
