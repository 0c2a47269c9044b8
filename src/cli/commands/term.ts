import { parseTerminalSize } from '../arguments.ts';
import { type ApiFlags, addApiOptions } from '../connection-options.ts';
import { readSettings } from '../settings.ts';
import { TermSteps } from '../term-steps.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ApiFlags {
  readonly size?: { readonly columns: number; readonly rows: number };
}

export const term: CommandPlug = (program, { interrupted }) => {
  const steps = new TermSteps();
  addApiOptions(
    steps.addTo(
      program
        .command('term <target>')
        .summary('a text console: the shell of a container or node, a serial port')
        .description(
          'Open a text console. On a terminal you are connected to it until it ends, or until you press Ctrl-]. With --send and --expect, in their order, it is a script; without them and without a terminal, standard input is typed.',
        )
        .option('--size <COLUMNSxROWS>', 'how large it is (default: as this terminal, else 80x24)', parseTerminalSize),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl term proxmox://pve.example/200
  rfbctl term proxmox://pve.example/nodes/pve1 --send 'uptime\\r' --expect 'load average'
  echo 'apt-get update && exit' | rfbctl term proxmox://pve.example/200 --timeout 5m`,
    )
    .action(async (target: string, flags: Flags) => {
      const settings = await readSettings(target, flags);
      const { runTerm } = await import('../run-term.ts');
      const { json = false, size } = flags;
      await runTerm({ settings, steps: steps.steps, size, json, interrupted });
    });
};
